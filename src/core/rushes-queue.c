/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

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
  const char *folder;

  g_return_if_fail (RUSHES_IS_QUEUE (self));
  g_return_if_fail (RUSHES_IS_SCENE (scene));
  folder = rushes_scene_get_folder (scene);
  g_return_if_fail (folder != NULL);

  if (g_hash_table_contains (self->folders, folder))
    {
      g_autofree char *output = g_path_get_dirname (folder);

      choose_folder (self, scene, output);
    }
  claim (self, scene);
  position = MIN (position, self->scenes->len);
  g_ptr_array_insert (self->scenes, (int) position, g_object_ref (scene));
  g_signal_connect (scene, "notify", G_CALLBACK (scene_notify_cb), self);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
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

  release (self, g_ptr_array_index (self->scenes, position));
  g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->scenes, position), self);
  g_ptr_array_remove_index (self->scenes, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
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
