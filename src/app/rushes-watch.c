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

static GtkWidget *
make_text (const char *class, float align)
{
  GtkWidget *text = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (text), align);
  gtk_widget_add_css_class (text, class);
  gtk_widget_add_css_class (text, "numeric");
  return text;
}

/* Which node it is on shows once it is there. */
static void
name_row (GtkWidget *row, RushesActivity *activity)
{
  GtkLabel *title = g_object_get_data (G_OBJECT (row), "title");
  g_autofree char *name = rushes_text_client (activity);

  if (g_strcmp0 (gtk_label_get_label (title), name) == 0)
    return;
  gtk_label_set_label (title, name);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  rushes_accessible_label (row, name);
}

/* What a client waits for may be more than there is room for. */
static gboolean
query_doing_cb (GtkInscription *doing,
                int x,
                int y,
                gboolean keyboard,
                GtkTooltip *tooltip,
                gpointer user_data)
{
  gtk_tooltip_set_text (tooltip, gtk_inscription_get_text (doing));
  return TRUE;
}

static void
activity_changed_cb (RushesActivity *activity, GParamSpec *pspec, GtkWidget *row)
{
  g_autofree char *doing = rushes_text_activity (activity);
  guint64 bytes = rushes_activity_get_memory (activity);
  g_autofree char *memory = bytes > 0 ? g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS) : NULL;

  gtk_inscription_set_text (g_object_get_data (G_OBJECT (row), "doing"), doing);
  gtk_inscription_set_text (g_object_get_data (G_OBJECT (row), "memory"), memory);
  name_row (row, activity);
}

/* Texts that change all the time and have the room that they have: with dozens
 * of clients, to measure each of them anew would be most of the work. */
static GtkWidget *
make_client_row (gpointer item, gpointer user_data)
{
  RushesActivity *activity = item;
  GtkWidget *row = adw_preferences_row_new ();
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *doing = make_text ("dim-label", 0);
  GtkWidget *memory = make_text ("dim-label", 1);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_has_tooltip (doing, TRUE);
  g_signal_connect (doing, "query-tooltip", G_CALLBACK (query_doing_cb), NULL);
  gtk_widget_set_hexpand (doing, TRUE);
  gtk_widget_add_css_class (doing, "caption");
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (memory), 9);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (memory), 9);
  gtk_widget_set_valign (memory, GTK_ALIGN_CENTER);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_widget_add_css_class (grid, "client");
  gtk_grid_attach (GTK_GRID (grid), title, 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), doing, 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), memory, 1, 0, 1, 2);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), grid);

  g_object_set_data (G_OBJECT (row), "title", title);
  g_object_set_data (G_OBJECT (row), "doing", doing);
  g_object_set_data (G_OBJECT (row), "memory", memory);
  g_signal_connect_object (activity, "notify", G_CALLBACK (activity_changed_cb), row, 0);
  activity_changed_cb (activity, NULL, row);
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
