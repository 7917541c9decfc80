/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-queue-view.h"
#include "rushes-scene-row.h"

/**
 * RushesQueueView:
 *
 * The list of the queue, and what can be done to the scenes that are selected
 * in it: the actions "queue.…".
 */
struct _RushesQueueView
{
  AdwBin parent_instance;

  RushesManager *manager; /* (owned) (nullable) */
  GtkWidget *stack;
  GtkWidget *list;
  GtkMultiSelection *selection; /* of the template */
  GtkSelectionFilterModel *selected;
  GPtrArray *removed;        /* (owned) (element-type RushesScene): the last ones, for undo */
  GArray *removed_positions; /* (owned) (element-type guint): where they were */
  GtkWidget *marked;         /* (nullable) (weak): the item where a drag would be dropped */
  guint actions_id;
};

enum
{
  REMOVED,
  SHOW_LOG,
  ACTIVATED,
  CLICKED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (RushesQueueView, rushes_queue_view, ADW_TYPE_BIN)

static guint signals[N_SIGNALS];

/* A copy: what is done to the scenes may change the selection. */
static GPtrArray *
get_selection (RushesQueueView *self)
{
  GListModel *list = G_LIST_MODEL (self->selected);
  GPtrArray *scenes = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    g_ptr_array_add (scenes, g_list_model_get_item (list, i));
  return scenes;
}

static GtkWindow *
get_window (RushesQueueView *self)
{
  return GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
}

/* ---- What can be done now -------------------------------------------- */

static gboolean
can_pause (RushesScene *scene)
{
  RushesSceneState state = rushes_scene_get_state (scene);

  return !rushes_scene_get_paused (scene) &&
         (state == RUSHES_SCENE_QUEUED || state == RUSHES_SCENE_LOADING ||
          state == RUSHES_SCENE_RENDERING);
}

static gboolean
can_resume (RushesScene *scene)
{
  return rushes_scene_get_paused (scene);
}

static gboolean
can_stop (RushesScene *scene)
{
  RushesSceneState state = rushes_scene_get_state (scene);

  return state == RUSHES_SCENE_LOADING || state == RUSHES_SCENE_RENDERING;
}

static gboolean
can_retry (RushesScene *scene)
{
  return rushes_scene_get_n_failed (scene) > 0 ||
         rushes_scene_get_state (scene) == RUSHES_SCENE_FAILED;
}

static gboolean
can_start_over (RushesScene *scene)
{
  return rushes_scene_get_state (scene) != RUSHES_SCENE_QUEUED;
}

static gboolean
can_always (RushesScene *scene)
{
  return TRUE;
}

static const struct
{
  const char *action;
  gboolean (*can) (RushesScene *scene);
} conditions[] = {
  { "queue.pause", can_pause },
  { "queue.resume", can_resume },
  { "queue.stop", can_stop },
  { "queue.retry", can_retry },
  { "queue.start-over", can_start_over },
  { "queue.duplicate", can_always },
  { "queue.remove", can_always },
  { "queue.move-up", can_always },
  { "queue.move-down", can_always },
  { "queue.open-output", can_always },
  { "queue.show-log", can_always },
};

/* An action is there when it makes sense for any of the scenes. */
static void
update_actions (RushesQueueView *self)
{
  g_autoptr (GPtrArray) scenes = get_selection (self);

  g_clear_handle_id (&self->actions_id, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    {
      gboolean enabled = FALSE;

      for (guint j = 0; j < scenes->len && !enabled; j++)
        enabled = conditions[i].can (g_ptr_array_index (scenes, j));
      gtk_widget_action_set_enabled (GTK_WIDGET (self), conditions[i].action, enabled);
    }
}

static gboolean
actions_cb (gpointer user_data)
{
  RushesQueueView *self = user_data;

  self->actions_id = 0;
  update_actions (self);
  return G_SOURCE_REMOVE;
}

static void
update_actions_later (RushesQueueView *self)
{
  if (self->actions_id == 0)
    self->actions_id = g_idle_add (actions_cb, self);
}

static void
scene_changed_cb (RushesQueueView *self, RushesScene *scene, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "state") || g_str_equal (pspec->name, "paused"))
    update_actions_later (self);
}

/* ---- Actions --------------------------------------------------------- */

static void
select_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesQueueView *self = RUSHES_QUEUE_VIEW (widget);
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (self->selection);
  guint position = g_variant_get_uint32 (parameter);

  if (!gtk_selection_model_is_selected (selection, position))
    gtk_selection_model_select_item (selection, position, TRUE);
  update_actions (self);
}

static void
for_each (RushesQueueView *self,
          GPtrArray *scenes,
          gboolean (*can) (RushesScene *scene),
          void (*act) (RushesManager *manager, RushesScene *scene))
{
  for (guint i = 0; i < scenes->len; i++)
    if (can (g_ptr_array_index (scenes, i)))
      act (self->manager, g_ptr_array_index (scenes, i));
}

static void
for_each_selected (GtkWidget *widget,
                   gboolean (*can) (RushesScene *scene),
                   void (*act) (RushesManager *manager, RushesScene *scene))
{
  RushesQueueView *self = RUSHES_QUEUE_VIEW (widget);
  g_autoptr (GPtrArray) scenes = get_selection (self);

  for_each (self, scenes, can, act);
}

static void
pause_scene (RushesManager *manager, RushesScene *scene)
{
  rushes_manager_pause_scene (manager, scene, TRUE);
}

static void
resume_scene (RushesManager *manager, RushesScene *scene)
{
  rushes_manager_pause_scene (manager, scene, FALSE);
}

static void
duplicate_scene (RushesManager *manager, RushesScene *scene)
{
  rushes_manager_duplicate (manager, scene);
}

static void
pause_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  for_each_selected (widget, can_pause, pause_scene);
}

static void
resume_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  for_each_selected (widget, can_resume, resume_scene);
}

static void
retry_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  for_each_selected (widget, can_retry, rushes_manager_retry_failed);
}

static void
duplicate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  for_each_selected (widget, can_always, duplicate_scene);
}

static void
start_over_scene (RushesManager *manager, RushesScene *scene)
{
  rushes_manager_render_again (manager, scene, RUSHES_EXISTING_OVERWRITE);
}

/* What it was asked about: by now something else may be selected. */
static GPtrArray *
get_asked (AdwMessageDialog *dialog)
{
  return g_object_get_data (G_OBJECT (dialog), "scenes");
}

static void
stop_response_cb (AdwMessageDialog *dialog, const char *response, RushesQueueView *self)
{
  if (g_str_equal (response, "stop"))
    for_each (self, get_asked (dialog), can_stop, rushes_manager_stop_scene);
}

static void
start_over_response_cb (AdwMessageDialog *dialog, const char *response, RushesQueueView *self)
{
  if (g_str_equal (response, "start-over"))
    for_each (self, get_asked (dialog), can_always, start_over_scene);
}

static void
ask (RushesQueueView *self,
     const char *heading,
     const char *body,
     const char *response,
     const char *label,
     GCallback callback)
{
  GtkWidget *dialog = adw_message_dialog_new (get_window (self), heading, body);

  g_object_set_data_full (G_OBJECT (dialog), "scenes", get_selection (self),
                          (GDestroyNotify) g_ptr_array_unref);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), response,
                                    label, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), response,
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", callback, self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
stop_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RUSHES_QUEUE_VIEW (widget), _ ("Stop Now?"),
       _ ("The frames that are being rendered are lost. Those that are done stay."), "stop",
       _ ("_Stop"), G_CALLBACK (stop_response_cb));
}

static void
start_over_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  ask (RUSHES_QUEUE_VIEW (widget), _ ("Start Over?"),
       _ ("Every frame is rendered anew, in place of those that are there."), "start-over",
       _ ("Start _Over"), G_CALLBACK (start_over_response_cb));
}

static guint
find_position (RushesQueueView *self, RushesScene *scene)
{
  guint position = 0;

  rushes_queue_find (rushes_manager_get_queue (self->manager), scene, &position);
  return position;
}

static void
remove_scenes (RushesQueueView *self, GtkBitset *positions)
{
  GListModel *list = G_LIST_MODEL (self->selection);
  GtkBitsetIter iter;
  guint position;

  if (gtk_bitset_is_empty (positions))
    return;
  g_ptr_array_set_size (self->removed, 0);
  g_array_set_size (self->removed_positions, 0);
  for (gboolean more = gtk_bitset_iter_init_first (&iter, positions, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      g_ptr_array_add (self->removed, g_list_model_get_item (list, position));
      g_array_append_val (self->removed_positions, position);
    }
  rushes_manager_remove_many (self->manager, (gpointer) self->removed_positions->data,
                              self->removed->len);
  /* The keyboard goes on where it was. */
  if (g_list_model_get_n_items (list) > 0)
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection),
                                     MIN (g_array_index (self->removed_positions, guint, 0),
                                          g_list_model_get_n_items (list) - 1),
                                     TRUE);
  g_signal_emit (self, signals[REMOVED], 0, self->removed->len);
}

static void
remove_response_cb (AdwMessageDialog *dialog, const char *response, RushesQueueView *self)
{
  GPtrArray *scenes = get_asked (dialog);
  g_autoptr (GtkBitset) positions = gtk_bitset_new_empty ();
  guint position;

  for (guint i = 0; i < scenes->len; i++)
    if (rushes_queue_find (rushes_manager_get_queue (self->manager), g_ptr_array_index (scenes, i),
                           &position))
      gtk_bitset_add (positions, position);
  if (g_str_equal (response, "remove"))
    remove_scenes (self, positions);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesQueueView *self = RUSHES_QUEUE_VIEW (widget);
  g_autoptr (GPtrArray) scenes = get_selection (self);
  g_autoptr (GtkBitset) positions =
      gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  gboolean busy = FALSE;

  for (guint i = 0; i < scenes->len; i++)
    busy = busy || can_stop (g_ptr_array_index (scenes, i));
  if (busy)
    ask (self, _ ("Remove While Rendering?"),
         _ ("The frames that are being rendered are lost. Those that are done stay on disk."),
         "remove", _ ("_Remove"), G_CALLBACK (remove_response_cb));
  else
    remove_scenes (self, positions);
}

/**
 * rushes_queue_view_remove_finished:
 * @self: a view
 *
 * Removes every scene whose frames are all there.
 */
void
rushes_queue_view_remove_finished (RushesQueueView *self)
{
  GListModel *list;
  g_autoptr (GtkBitset) finished = gtk_bitset_new_empty ();

  g_return_if_fail (RUSHES_IS_QUEUE_VIEW (self));

  list = G_LIST_MODEL (self->selection);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i);

      if (rushes_scene_get_state (scene) == RUSHES_SCENE_FINISHED &&
          rushes_scene_get_n_failed (scene) == 0)
        gtk_bitset_add (finished, i);
    }
  remove_scenes (self, finished);
}

/**
 * rushes_queue_view_undo:
 * @self: a view
 *
 * Puts back what was removed last.
 */
void
rushes_queue_view_undo (RushesQueueView *self)
{
  g_return_if_fail (RUSHES_IS_QUEUE_VIEW (self));

  rushes_manager_restore_many (self->manager, self->removed,
                               (gpointer) self->removed_positions->data);
  g_ptr_array_set_size (self->removed, 0);
  g_array_set_size (self->removed_positions, 0);
}

/* One step; the selection moves along. */
static void
move_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesQueueView *self = RUSHES_QUEUE_VIEW (widget);
  g_autoptr (GPtrArray) scenes = get_selection (self);
  g_autoptr (GtkBitset) moved = gtk_bitset_new_empty ();
  g_autoptr (GtkBitset) all = NULL;
  gboolean up = g_str_equal (name, "queue.move-up");
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  guint edge = up ? 0 : n - 1;

  for (guint i = 0; i < scenes->len; i++)
    {
      RushesScene *scene = g_ptr_array_index (scenes, up ? i : scenes->len - 1 - i);
      guint from = find_position (self, scene);
      guint to = from == edge ? from : up ? from - 1 : from + 1;

      rushes_queue_move (rushes_manager_get_queue (self->manager), from, to);
      gtk_bitset_add (moved, to);
      if (to == edge)
        edge = up ? edge + 1 : edge - 1;
    }
  all = gtk_bitset_new_range (0, n);
  gtk_selection_model_set_selection (GTK_SELECTION_MODEL (self->selection), moved, all);
  if (!gtk_bitset_is_empty (moved))
    gtk_widget_activate_action (self->list, "list.scroll-to-item", "u",
                                up ? gtk_bitset_get_minimum (moved)
                                   : gtk_bitset_get_maximum (moved));
}

static void
open_output_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesQueueView *self = RUSHES_QUEUE_VIEW (widget);
  g_autoptr (GPtrArray) scenes = get_selection (self);
  g_autofree char *folder = NULL;
  g_autofree char *uri = NULL;

  if (scenes->len == 0)
    return;
  /* Before the first frame the folder is not there: the nearest one that is. */
  folder = g_strdup (rushes_scene_get_folder (g_ptr_array_index (scenes, 0)));
  while (!g_file_test (folder, G_FILE_TEST_IS_DIR) && strlen (folder) > 1)
    {
      char *parent = g_path_get_dirname (folder);

      g_free (folder);
      folder = parent;
    }
  uri = g_filename_to_uri (folder, NULL, NULL);
  gtk_show_uri (get_window (self), uri, GDK_CURRENT_TIME);
}

static void
show_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[SHOW_LOG], 0);
}

static void
activate_cb (RushesQueueView *self)
{
  g_signal_emit (self, signals[ACTIVATED], 0);
}

/* A plain click, and not on a button in a row. */
static void
released_cb (GtkGestureClick *gesture, int n_press, double x, double y, RushesQueueView *self)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (n_press == 1 && (state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) == 0)
    g_signal_emit (self, signals[CLICKED], 0);
}

/* The keyboard's way to the menu of a row. */
static void
menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesQueueView *self = RUSHES_QUEUE_VIEW (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  GtkWidget *row = focus != NULL && gtk_widget_is_ancestor (focus, self->list)
                       ? gtk_widget_get_first_child (focus)
                       : NULL;

  if (RUSHES_IS_SCENE_ROW (row))
    rushes_scene_row_show_menu (RUSHES_SCENE_ROW (row));
}

/* ---- Dragging -------------------------------------------------------- */

static RushesSceneRow *
find_row (RushesQueueView *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (self->list, x, y, GTK_PICK_DEFAULT);
  GtkWidget *row = widget != NULL ? gtk_widget_get_ancestor (widget, RUSHES_TYPE_SCENE_ROW) : NULL;

  /* The edge of a row is the list's. */
  if (row == NULL && widget != NULL)
    row = gtk_widget_get_first_child (widget);
  return RUSHES_IS_SCENE_ROW (row) ? RUSHES_SCENE_ROW (row) : NULL;
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source, double x, double y, RushesQueueView *self)
{
  RushesSceneRow *row = find_row (self, x, y);
  g_autoptr (GdkPaintable) live = NULL;
  g_autoptr (GdkPaintable) image = NULL;
  double in_x, in_y;

  if (row == NULL)
    return NULL;
  /* A picture of the row as it is now: the row may go while it is being dragged. */
  live = gtk_widget_paintable_new (GTK_WIDGET (row));
  image = gdk_paintable_get_current_image (live);
  gtk_widget_translate_coordinates (self->list, GTK_WIDGET (row), x, y, &in_x, &in_y);
  gtk_drag_source_set_icon (source, image, (int) in_x, (int) in_y);
  return gdk_content_provider_new_typed (RUSHES_TYPE_SCENE, rushes_scene_row_get_scene (row));
}

/* Marks the row whose place is to be taken. */
static void
mark_row (RushesQueueView *self, RushesSceneRow *row)
{
  GtkWidget *item = row != NULL ? gtk_widget_get_parent (GTK_WIDGET (row)) : NULL;

  if (item == self->marked)
    return;
  if (self->marked != NULL)
    gtk_widget_remove_css_class (self->marked, "drop-here");
  g_set_weak_pointer (&self->marked, item);
  if (item != NULL)
    gtk_widget_add_css_class (item, "drop-here");
}

static GdkDragAction
drag_motion_cb (GtkDropTarget *target, double x, double y, RushesQueueView *self)
{
  mark_row (self, find_row (self, x, y));
  return GDK_ACTION_MOVE;
}

static void
drag_leave_cb (GtkDropTarget *target, RushesQueueView *self)
{
  mark_row (self, NULL);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, RushesQueueView *self)
{
  RushesQueue *queue = rushes_manager_get_queue (self->manager);
  RushesSceneRow *row = find_row (self, x, y);
  guint from, to;

  mark_row (self, NULL);
  if (row == NULL || !rushes_queue_find (queue, g_value_get_object (value), &from) ||
      !rushes_queue_find (queue, rushes_scene_row_get_scene (row), &to))
    return FALSE;
  rushes_queue_move (queue, from, to);
  return TRUE;
}

static void
allow_dragging (RushesQueueView *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (RUSHES_TYPE_SCENE, GDK_ACTION_MOVE);

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (source));
  g_signal_connect (target, "motion", G_CALLBACK (drag_motion_cb), self);
  g_signal_connect (target, "leave", G_CALLBACK (drag_leave_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (self->list, GTK_EVENT_CONTROLLER (target));
}

/* ---- The object ------------------------------------------------------ */

static void
update_stack (RushesQueueView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n > 0 ? "list" : "empty");
}

static void
rushes_queue_view_dispose (GObject *object)
{
  RushesQueueView *self = RUSHES_QUEUE_VIEW (object);

  g_clear_weak_pointer (&self->marked);
  g_clear_handle_id (&self->actions_id, g_source_remove);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
  g_clear_pointer (&self->removed_positions, g_array_unref);
  g_clear_object (&self->manager);

  G_OBJECT_CLASS (rushes_queue_view_parent_class)->dispose (object);
}

static void
rushes_queue_view_class_init (RushesQueueViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_queue_view_dispose;

  /**
   * RushesQueueView::removed:
   * @self: the view
   * @n: how many scenes
   *
   * Scenes were removed; rushes_queue_view_undo() puts them back.
   */
  signals[REMOVED] = g_signal_new ("removed", RUSHES_TYPE_QUEUE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  /**
   * RushesQueueView::show-log:
   * @self: the view
   *
   * The log of the selection is wanted.
   */
  signals[SHOW_LOG] = g_signal_new ("show-log", RUSHES_TYPE_QUEUE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
  /**
   * RushesQueueView::activated:
   * @self: the view
   *
   * The details of the selection are wanted.
   */
  signals[ACTIVATED] = g_signal_new ("activated", RUSHES_TYPE_QUEUE_VIEW, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * RushesQueueView::clicked:
   * @self: the view
   *
   * A scene was chosen, with the pointer and nothing else.
   */
  signals[CLICKED] = g_signal_new ("clicked", RUSHES_TYPE_QUEUE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (RUSHES_TYPE_SCENE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "queue-view.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesQueueView, stack);
  gtk_widget_class_bind_template_child (widget_class, RushesQueueView, list);
  gtk_widget_class_bind_template_child (widget_class, RushesQueueView, selection);
  gtk_widget_class_bind_template_child (widget_class, RushesQueueView, selected);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, released_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_actions_later);
  gtk_widget_class_bind_template_callback (widget_class, update_stack);

  gtk_widget_class_install_action (widget_class, "queue.select", "u", select_action);
  gtk_widget_class_install_action (widget_class, "queue.pause", NULL, pause_action);
  gtk_widget_class_install_action (widget_class, "queue.resume", NULL, resume_action);
  gtk_widget_class_install_action (widget_class, "queue.stop", NULL, stop_action);
  gtk_widget_class_install_action (widget_class, "queue.retry", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "queue.start-over", NULL, start_over_action);
  gtk_widget_class_install_action (widget_class, "queue.duplicate", NULL, duplicate_action);
  gtk_widget_class_install_action (widget_class, "queue.remove", NULL, remove_action);
  gtk_widget_class_install_action (widget_class, "queue.move-up", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "queue.move-down", NULL, move_action);
  gtk_widget_class_install_action (widget_class, "queue.open-output", NULL, open_output_action);
  gtk_widget_class_install_action (widget_class, "queue.show-log", NULL, show_log_action);
  gtk_widget_class_install_action (widget_class, "queue.menu", NULL, menu_action);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "queue.remove", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Delete, 0, "queue.remove", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_ALT_MASK, "queue.move-up",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_ALT_MASK, "queue.move-down",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_d, GDK_CONTROL_MASK, "queue.duplicate",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "queue.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "queue.menu",
                                       NULL);
}

static void
rushes_queue_view_init (RushesQueueView *self)
{
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed_positions = g_array_new (FALSE, FALSE, sizeof (guint));
  gtk_widget_init_template (GTK_WIDGET (self));
  allow_dragging (self);
  update_actions (self);
}

/**
 * rushes_queue_view_set_manager:
 * @self: a view without one
 * @manager: whose queue to show
 */
void
rushes_queue_view_set_manager (RushesQueueView *self, RushesManager *manager)
{
  RushesQueue *queue;

  g_return_if_fail (RUSHES_IS_QUEUE_VIEW (self));
  g_return_if_fail (RUSHES_IS_MANAGER (manager));

  self->manager = g_object_ref (manager);
  queue = rushes_manager_get_queue (manager);
  gtk_multi_selection_set_model (self->selection, G_LIST_MODEL (queue));
  g_signal_connect_object (queue, "scene-changed", G_CALLBACK (scene_changed_cb), self,
                           G_CONNECT_SWAPPED);
  update_stack (self);
}

/**
 * rushes_queue_view_get_selected:
 * @self: a view
 *
 * Returns: (transfer none): the scenes that are selected, a list that follows
 */
GListModel *
rushes_queue_view_get_selected (RushesQueueView *self)
{
  return G_LIST_MODEL (self->selected);
}

/* The list has its rows only when it is on the screen. */
static gboolean
focus_cb (GtkWidget *list, GdkFrameClock *clock, gpointer user_data)
{
  gtk_widget_grab_focus (list);
  return G_SOURCE_REMOVE;
}

/**
 * rushes_queue_view_select_last:
 * @self: a view
 * @n_added: how many scenes have just been added
 *
 * Selects the first of them, for their settings are what comes next.
 */
void
rushes_queue_view_select_last (RushesQueueView *self, guint n_added)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  g_return_if_fail (n_added <= n);

  if (n_added == 0)
    return;
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), n - n_added, TRUE);
  gtk_widget_activate_action (self->list, "list.scroll-to-item", "u", n - n_added);
  gtk_widget_add_tick_callback (self->list, focus_cb, NULL, NULL);
}
