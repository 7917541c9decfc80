/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-text.h"
#include "rushes-thumbnail.h"
#include "rushes-watch.h"

/**
 * RushesWatch:
 *
 * A scene as it grows: its newest frame, its pace, and what each client does.
 */
struct _RushesWatch
{
  AdwBin parent_instance;

  RushesScene *scene; /* (owned) (nullable) */
  GtkWidget *numbers;
  GtkWidget *clients;
  GtkWidget *list;
};

enum
{
  PROP_0,
  PROP_SCENE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesWatch, rushes_watch, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* ---- Closures of the template ---------------------------------------- */

static char *
describe_newest (RushesWatch *self, const char *file)
{
  return file != NULL ? g_filename_display_basename (file) : g_strdup (_ ("No frame yet"));
}

static char *
describe_progress (RushesWatch *self, RushesScene *scene)
{
  if (scene == NULL)
    return NULL;
  return g_strdup_printf (_ ("%u of %u, %.0f %%"), rushes_scene_get_n_done (scene),
                          rushes_scene_get_n_frames (scene),
                          100 * rushes_scene_get_progress (scene));
}

static char *
describe_elapsed (RushesWatch *self, RushesScene *scene)
{
  double seconds = scene != NULL ? rushes_scene_get_seconds (scene) : 0;

  return seconds > 0 ? rushes_text_duration (seconds) : g_strdup ("–");
}

static char *
describe_remaining (RushesWatch *self, RushesScene *scene)
{
  double seconds = scene != NULL ? rushes_scene_get_seconds_left (scene) : -1;

  return seconds >= 0 ? rushes_text_duration (seconds) : g_strdup ("–");
}

static char *
describe_rate (RushesWatch *self, RushesScene *scene)
{
  char *rate = scene != NULL ? rushes_text_rate (rushes_scene_get_rate (scene)) : NULL;

  return rate != NULL ? rate : g_strdup ("–");
}

/* ---- Clients --------------------------------------------------------- */

/* The state and the frame are there to be listened to. */
static char *
describe_activity (RushesActivity *activity, int state, guint frame)
{
  return rushes_text_activity (activity);
}

static char *
format_memory (RushesActivity *activity, guint64 memory)
{
  return memory > 0 ? g_format_size_full (memory, G_FORMAT_SIZE_IEC_UNITS) : NULL;
}

static GtkWidget *
make_client_row (gpointer item, gpointer user_data)
{
  RushesActivity *activity = item;
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *memory = gtk_label_new (NULL);
  g_autofree char *title =
      g_strdup_printf (_ ("Blender %u"), rushes_activity_get_number (activity));
  GtkExpression *doing[] = {
    gtk_property_expression_new (RUSHES_TYPE_ACTIVITY, NULL, "state"),
    gtk_property_expression_new (RUSHES_TYPE_ACTIVITY, NULL, "frame"),
  };
  GtkExpression *bytes[] = { gtk_property_expression_new (RUSHES_TYPE_ACTIVITY, NULL, "memory") };
  GtkExpression *expression;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_add_css_class (memory, "dim-label");
  gtk_widget_add_css_class (memory, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), memory);

  expression = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, G_N_ELEMENTS (doing), doing,
                                            G_CALLBACK (describe_activity), NULL, NULL);
  gtk_expression_bind (expression, row, "subtitle", activity);
  expression = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, G_N_ELEMENTS (bytes), bytes,
                                            G_CALLBACK (format_memory), NULL, NULL);
  gtk_expression_bind (expression, memory, "label", activity);
  return row;
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_watch_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesWatch *self = RUSHES_WATCH (object);

  switch (id)
    {
    case PROP_SCENE:
      g_value_set_object (value, self->scene);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_watch_finalize (GObject *object)
{
  RushesWatch *self = RUSHES_WATCH (object);

  g_clear_object (&self->scene);

  G_OBJECT_CLASS (rushes_watch_parent_class)->finalize (object);
}

static void
rushes_watch_class_init (RushesWatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = rushes_watch_get_property;
  object_class->finalize = rushes_watch_finalize;

  /**
   * RushesWatch:scene:
   *
   * The scene that is watched.
   */
  properties[PROP_SCENE] =
      g_param_spec_object ("scene", NULL, NULL, RUSHES_TYPE_SCENE,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RUSHES_TYPE_THUMBNAIL);
  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "watch.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesWatch, numbers);
  gtk_widget_class_bind_template_child (widget_class, RushesWatch, clients);
  gtk_widget_class_bind_template_child (widget_class, RushesWatch, list);
  gtk_widget_class_bind_template_callback (widget_class, describe_newest);
  gtk_widget_class_bind_template_callback (widget_class, describe_progress);
  gtk_widget_class_bind_template_callback (widget_class, describe_elapsed);
  gtk_widget_class_bind_template_callback (widget_class, describe_remaining);
  gtk_widget_class_bind_template_callback (widget_class, describe_rate);
}

static void
rushes_watch_init (RushesWatch *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  rushes_accessible_label_part (self->numbers, GTK_TYPE_LIST_BOX, _ ("Progress"));
}

static void
activities_changed_cb (RushesWatch *self,
                       guint position,
                       guint removed,
                       guint added,
                       GListModel *list)
{
  gtk_widget_set_visible (self->clients, g_list_model_get_n_items (list) > 0);
}

/**
 * rushes_watch_set_manager:
 * @self: a watch without one
 * @manager: whose clients to show
 */
void
rushes_watch_set_manager (RushesWatch *self, RushesManager *manager)
{
  GListModel *activities;

  g_return_if_fail (RUSHES_IS_WATCH (self));
  g_return_if_fail (RUSHES_IS_MANAGER (manager));

  activities = rushes_manager_get_activities (manager);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->list), activities, make_client_row, NULL, NULL);
  g_signal_connect_object (activities, "items-changed", G_CALLBACK (activities_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_set_visible (self->clients, g_list_model_get_n_items (activities) > 0);
}

/**
 * rushes_watch_set_scene:
 * @self: a watch
 * @scene: (nullable): the scene to watch
 */
void
rushes_watch_set_scene (RushesWatch *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_WATCH (self));

  if (g_set_object (&self->scene, scene))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCENE]);
}
