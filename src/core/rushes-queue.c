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
};

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

static void
rushes_queue_finalize (GObject *object)
{
  RushesQueue *self = RUSHES_QUEUE (object);

  g_clear_pointer (&self->scenes, g_ptr_array_unref);
  g_clear_pointer (&self->folders, g_hash_table_unref);

  G_OBJECT_CLASS (rushes_queue_parent_class)->finalize (object);
}

static void
rushes_queue_class_init (RushesQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rushes_queue_finalize;
}

static void
rushes_queue_init (RushesQueue *self)
{
  self->scenes = g_ptr_array_new_with_free_func (g_object_unref);
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
  g_autofree char *absolute = NULL;
  g_autofree char *folder = NULL;
  guint n = 1;

  g_return_val_if_fail (RUSHES_IS_QUEUE (self), FALSE);
  g_return_val_if_fail (RUSHES_IS_SCENE (scene), FALSE);
  g_return_val_if_fail (output != NULL, FALSE);

  absolute = g_canonicalize_filename (output, NULL);
  folder = g_build_filename (absolute, rushes_scene_get_name (scene), NULL);
  while (g_hash_table_contains (self->folders, folder))
    {
      g_autofree char *name = g_strdup_printf ("%s-%u", rushes_scene_get_name (scene), ++n);

      g_free (folder);
      folder = g_build_filename (absolute, name, NULL);
    }

  rushes_scene_set_folder (scene, folder);
  g_hash_table_add (self->folders, g_steal_pointer (&folder));
  g_ptr_array_add (self->scenes, g_object_ref (scene));
  g_list_model_items_changed (G_LIST_MODEL (self), self->scenes->len - 1, 0, 1);

  return n == 1;
}
