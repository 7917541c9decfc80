/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <gio/gio.h>

#include "rushes-queue.h"

/**
 * RushesQueue:
 *
 * The ordered list of scenes, a #GListModel of #RushesScene. No two of its
 * scenes write into one folder.
 */
struct _RushesQueue
{
  GObject parent_instance;
  GPtrArray *scenes;   /* (owned) (element-type RushesScene) */
  GHashTable *folders; /* (owned): (owned) folder paths in use */
  RushesTally *tally;  /* (owned) */
  GHashTable *paths;   /* (owned): (owned) path of a .blend → how many scenes are it */
};

enum
{
  SCENE_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RushesQueue,
                               rushes_queue,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
rushes_queue_get_item_type (GListModel *model)
{
  return RUSHES_TYPE_SCENE;
}

static guint
rushes_queue_get_n_items (GListModel *model)
{
  return RUSHES_QUEUE (model)->scenes->len;
}

static gpointer
rushes_queue_get_item (GListModel *model, guint position)
{
  RushesQueue *self = RUSHES_QUEUE (model);

  return position < self->scenes->len ? g_object_ref (g_ptr_array_index (self->scenes, position))
                                      : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = rushes_queue_get_item_type;
  iface->get_n_items = rushes_queue_get_n_items;
  iface->get_item = rushes_queue_get_item;
}

/* ---- Scenes that change ---------------------------------------------- */

static void
scene_notify_cb (RushesScene *scene, GParamSpec *pspec, RushesQueue *self)
{
  rushes_tally_touch (self->tally, scene);
  g_signal_emit (self, signals[SCENE_CHANGED], 0, scene, pspec);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_queue_finalize (GObject *object)
{
  RushesQueue *self = RUSHES_QUEUE (object);

  for (guint i = 0; i < self->scenes->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->scenes, i), self);
  g_clear_pointer (&self->scenes, g_ptr_array_unref);
  g_clear_pointer (&self->tally, rushes_tally_free);
  g_clear_pointer (&self->folders, g_hash_table_unref);
  g_clear_pointer (&self->paths, g_hash_table_unref);

  G_OBJECT_CLASS (rushes_queue_parent_class)->finalize (object);
}

static void
rushes_queue_class_init (RushesQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_queue_finalize;

  /**
   * RushesQueue::scene-changed:
   * @self: the queue
   * @scene: one of its scenes
   * @pspec: the property that changed; "settings" for any change of those
   *
   * One connection for whoever cares about all scenes, many as they may be.
   */
  signals[SCENE_CHANGED] =
      g_signal_new ("scene-changed", RUSHES_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, RUSHES_TYPE_SCENE, G_TYPE_PARAM);
}

static void
rushes_queue_init (RushesQueue *self)
{
  self->scenes = g_ptr_array_new_with_free_func (g_object_unref);
  self->tally = rushes_tally_new ();
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * rushes_queue_new:
 *
 * Returns: (transfer full): an empty queue
 */
RushesQueue *
rushes_queue_new (void)
{
  return g_object_new (RUSHES_TYPE_QUEUE, NULL);
}

/* ---- Folders --------------------------------------------------------- */

/* Gives @scene the folder OUTPUT/NAME, or OUTPUT/NAME-2 and so on where another
 * scene has that; tells whether it bears the scene's own name. */
static gboolean
choose_folder (RushesQueue *self, RushesScene *scene, const char *output)
{
  g_autofree char *absolute = g_canonicalize_filename (output, NULL);
  g_autofree char *folder = g_build_filename (absolute, rushes_scene_get_name (scene), NULL);
  guint n = 1;

  while (g_hash_table_contains (self->folders, folder))
    {
      g_autofree char *name = g_strdup_printf ("%s-%u", rushes_scene_get_name (scene), ++n);

      g_free (folder);
      folder = g_build_filename (absolute, name, NULL);
    }

  rushes_scene_set_folder (scene, folder);
  return n == 1;
}

static void
claim (RushesQueue *self, RushesScene *scene)
{
  guint users = GPOINTER_TO_UINT (
      g_hash_table_lookup (self->paths, (gpointer) rushes_scene_get_path (scene)));

  g_hash_table_add (self->folders, g_strdup (rushes_scene_get_folder (scene)));
  g_hash_table_insert (self->paths, g_strdup (rushes_scene_get_path (scene)),
                       GUINT_TO_POINTER (users + 1));
}

static void
release (RushesQueue *self, RushesScene *scene)
{
  const char *path = rushes_scene_get_path (scene);
  guint users = GPOINTER_TO_UINT (g_hash_table_lookup (self->paths, path));

  g_hash_table_remove (self->folders, rushes_scene_get_folder (scene));
  if (users > 1)
    g_hash_table_insert (self->paths, g_strdup (path), GUINT_TO_POINTER (users - 1));
  else
    g_hash_table_remove (self->paths, path);
}

/* ---- Scenes that come and go ----------------------------------------- */

/* Puts @added in the place of @n_removed others, and tells of both in one. */
static void
splice (RushesQueue *self, guint position, guint n_removed, gpointer *added, guint n_added)
{
  GPtrArray *scenes = self->scenes;
  guint n_after = scenes->len - position - n_removed;

  for (guint i = 0; i < n_added; i++)
    g_object_ref (added[i]);
  if (n_removed > 0)
    g_ptr_array_remove_range (scenes, position, n_removed);
  if (n_added > 0)
    {
      g_ptr_array_set_size (scenes, (int) (scenes->len + n_added));
      memmove (scenes->pdata + position + n_added, scenes->pdata + position,
               n_after * sizeof (gpointer));
      memcpy (scenes->pdata + position, added, n_added * sizeof (gpointer));
    }
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

/* How many of @positions, from the first on, follow each other without a gap. */
static guint
measure_piece (const guint *positions, guint n)
{
  guint length = 1;

  while (length < n && positions[length] == positions[0] + length)
    length++;
  return length;
}

static void
enter (RushesQueue *self, RushesScene *scene)
{
  const char *folder = rushes_scene_get_folder (scene);

  g_return_if_fail (folder != NULL);

  if (g_hash_table_contains (self->folders, folder))
    {
      g_autofree char *output = g_path_get_dirname (folder);

      choose_folder (self, scene, output);
    }
  claim (self, scene);
  rushes_tally_enter (self->tally, scene);
  g_signal_connect (scene, "notify", G_CALLBACK (scene_notify_cb), self);
}

static void
leave (RushesQueue *self, RushesScene *scene)
{
  release (self, scene);
  rushes_tally_leave (self->tally, scene);
  g_signal_handlers_disconnect_by_data (scene, self);
}

/* ---- Public functions ------------------------------------------------ */

/**
 * rushes_queue_add:
 * @self: a queue
 * @scene: a scene
 * @output: the output folder; the scene's own is made below it
 *
 * Appends @scene and gives it the folder OUTPUT/NAME, or OUTPUT/NAME-2 and so
 * on where that is taken by another scene of the queue.
 *
 * Returns: whether the folder bears the scene's own name
 */
gboolean
rushes_queue_add (RushesQueue *self, RushesScene *scene, const char *output)
{
  gboolean own_name;

  g_return_val_if_fail (RUSHES_IS_QUEUE (self), FALSE);
  g_return_val_if_fail (RUSHES_IS_SCENE (scene), FALSE);
  g_return_val_if_fail (output != NULL, FALSE);

  own_name = choose_folder (self, scene, output);
  rushes_queue_insert (self, self->scenes->len, scene);

  return own_name;
}

/**
 * rushes_queue_insert:
 * @self: a queue
 * @position: where; the end if there are fewer scenes
 * @scene: a scene that has a folder
 *
 * Puts back a scene that was in a queue before. Should its folder have been
 * given to another meanwhile, it gets one beside it.
 */
void
rushes_queue_insert (RushesQueue *self, guint position, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));
  g_return_if_fail (rushes_scene_get_folder (scene) != NULL);

  enter (self, scene);
  splice (self, MIN (position, self->scenes->len), 0, (gpointer *) &scene, 1);
}

/**
 * rushes_queue_append_many:
 * @self: a queue
 * @scenes: (element-type RushesScene): scenes that have folders
 *
 * As rushes_queue_insert() at the end for each of them, told in one.
 */
void
rushes_queue_append_many (RushesQueue *self, GPtrArray *scenes)
{
  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (scenes != NULL);

  if (scenes->len == 0)
    return;
  for (guint i = 0; i < scenes->len; i++)
    enter (self, g_ptr_array_index (scenes, i));
  splice (self, self->scenes->len, 0, scenes->pdata, scenes->len);
}

/**
 * rushes_queue_insert_many:
 * @self: a queue
 * @scenes: (element-type RushesScene): scenes that have folders
 * @positions: (array): where each of them is to be afterwards, from the first
 *   to the last
 *
 * Puts back what rushes_queue_remove_many() took out. Positions past the end
 * mean the end.
 */
void
rushes_queue_insert_many (RushesQueue *self, GPtrArray *scenes, const guint *positions)
{
  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (scenes != NULL);

  for (guint i = 0; i < scenes->len; i++)
    enter (self, g_ptr_array_index (scenes, i));
  for (guint i = 0, n; i < scenes->len; i += n)
    {
      n = measure_piece (positions + i, scenes->len - i);
      splice (self, MIN (positions[i], self->scenes->len), 0, scenes->pdata + i, n);
    }
}

/**
 * rushes_queue_remove:
 * @self: a queue
 * @position: of the scene that leaves
 *
 * Frames on disk stay. Work on the scene must have been stopped.
 */
void
rushes_queue_remove (RushesQueue *self, guint position)
{
  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (position < self->scenes->len);

  leave (self, g_ptr_array_index (self->scenes, position));
  splice (self, position, 1, NULL, 0);
}

/**
 * rushes_queue_remove_many:
 * @self: a queue
 * @positions: (array length=n): of scenes that leave, from the first to the last
 * @n: how many
 *
 * As rushes_queue_remove() for each of them; those that follow each other are
 * told in one.
 */
void
rushes_queue_remove_many (RushesQueue *self, const guint *positions, guint n)
{
  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (n == 0 || positions[n - 1] < self->scenes->len);

  for (guint i = 0; i < n; i++)
    leave (self, g_ptr_array_index (self->scenes, positions[i]));
  /* From the end: the positions of those that are yet to go must hold. */
  for (guint end = n, first; end > 0; end = first)
    {
      first = end - 1;
      while (first > 0 && positions[first - 1] + 1 == positions[first])
        first--;
      splice (self, positions[first], end - first, NULL, 0);
    }
}

/**
 * rushes_queue_move:
 * @self: a queue
 * @from: position of the scene that moves
 * @to: its position afterwards
 */
void
rushes_queue_move (RushesQueue *self, guint from, guint to)
{
  guint first = MIN (from, to), last = MAX (from, to);
  RushesScene *scene;

  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (last < self->scenes->len);

  if (from == to)
    return;
  scene = g_ptr_array_steal_index (self->scenes, from);
  g_ptr_array_insert (self->scenes, (int) to, scene);
  g_list_model_items_changed (G_LIST_MODEL (self), first, last - first + 1, last - first + 1);
}

/**
 * rushes_queue_place:
 * @self: a queue
 * @scene: one of its scenes, not being worked on
 * @output: the output folder; the scene's own is made below it
 *
 * Gives a scene another folder.
 */
void
rushes_queue_place (RushesQueue *self, RushesScene *scene, const char *output)
{
  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));
  g_return_if_fail (output != NULL);

  g_hash_table_remove (self->folders, rushes_scene_get_folder (scene));
  choose_folder (self, scene, output);
  g_hash_table_add (self->folders, g_strdup (rushes_scene_get_folder (scene)));
}

/**
 * rushes_queue_has_path:
 * @self: a queue
 * @path: absolute path of a .blend
 *
 * Returns: whether a scene of the queue is that file
 */
gboolean
rushes_queue_has_path (RushesQueue *self, const char *path)
{
  g_return_val_if_fail (RUSHES_IS_QUEUE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return g_hash_table_contains (self->paths, path);
}

/**
 * rushes_queue_find:
 * @self: a queue
 * @scene: a scene
 * @position: (out) (optional): where it is
 *
 * Returns: whether it is there
 */
gboolean
rushes_queue_find (RushesQueue *self, RushesScene *scene, guint *position)
{
  g_return_val_if_fail (RUSHES_IS_QUEUE (self), FALSE);

  return g_ptr_array_find (self->scenes, scene, position);
}

/**
 * rushes_queue_get_sums:
 * @self: a queue
 *
 * Returns: (transfer none): all scenes together, as they are now
 */
const RushesSums *
rushes_queue_get_sums (RushesQueue *self)
{
  g_return_val_if_fail (RUSHES_IS_QUEUE (self), NULL);

  return rushes_tally_get (self->tally);
}
