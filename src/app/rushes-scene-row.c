/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-application.h"
#include "rushes-scene-row.h"
#include "rushes-text.h"
#include "rushes-thumbnail.h"

/**
 * RushesSceneRow:
 *
 * A scene in the list of the queue. All that it shows follows the scene.
 */
struct _RushesSceneRow
{
  GtkBox parent_instance;

  RushesScene *scene; /* (owned) (nullable) */
  GtkWidget *thumbnail;
  GtkWidget *name;
  GtkWidget *status;
  GtkWidget *progress;
  GtkWidget *icon;
  GtkWidget *menu_button;
};

enum
{
  PROP_0,
  PROP_SCENE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesSceneRow, rushes_scene_row, GTK_TYPE_BOX)

static GParamSpec *properties[N_PROPS];

/* ---- What the scene is ----------------------------------------------- */

static const char *
get_icon_class (RushesScene *scene)
{
  if (rushes_scene_get_state (scene) == RUSHES_SCENE_FAILED)
    return "error";
  if (rushes_scene_get_n_failed (scene) > 0)
    return "warning";
  return rushes_scene_get_state (scene) == RUSHES_SCENE_FINISHED ? "success" : "dim-label";
}

/* A bar that has nothing to say is noise; its place stays. */
static double
get_bar_opacity (RushesScene *scene)
{
  switch (rushes_scene_get_state (scene))
    {
    case RUSHES_SCENE_LOADING:
    case RUSHES_SCENE_RENDERING:
      return 1;
    case RUSHES_SCENE_QUEUED:
    case RUSHES_SCENE_STOPPED:
      return rushes_scene_get_n_done (scene) > 0 ? 1 : 0;
    case RUSHES_SCENE_FINISHED:
    case RUSHES_SCENE_FAILED:
    default:
      return 0;
    }
}

static void
update_status (RushesSceneRow *self)
{
  g_autofree char *status = rushes_text_scene (self->scene);
  const char *icon = rushes_text_scene_icon (self->scene);
  const char *class = get_icon_class (self->scene);

  gtk_inscription_set_text (GTK_INSCRIPTION (self->status), status);
  if (g_strcmp0 (gtk_image_get_icon_name (GTK_IMAGE (self->icon)), icon) != 0)
    gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), icon);
  gtk_widget_set_visible (self->icon, icon != NULL);
  if (!gtk_widget_has_css_class (self->icon, class))
    gtk_widget_set_css_classes (self->icon, (const char *[]){ class, NULL });
  gtk_widget_set_opacity (self->progress, get_bar_opacity (self->scene));
}

static void
update_newest (RushesSceneRow *self)
{
  g_autofree char *file = rushes_scene_get_newest_file (self->scene);

  rushes_thumbnail_set_file (RUSHES_THUMBNAIL (self->thumbnail), file);
}

static void
update_progress (RushesSceneRow *self)
{
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress),
                                 rushes_scene_get_progress (self->scene));
}

/* One connection a row. Expressions in the template would be evaluated anew for
 * each of the properties that they look up, all of them whenever the list is
 * scrolled and the row is another scene's. */
static void
scene_notify_cb (RushesSceneRow *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "progress"))
    update_progress (self);
  else if (g_str_equal (pspec->name, "newest-file"))
    update_newest (self);
  else
    update_status (self);
}

/* ---- Tooltips -------------------------------------------------------- */

/* Made when they are wanted: GTK asks the screen where the pointer is whenever
 * the text of one changes, and waits for the answer. */
static gboolean
show_tooltip (GtkTooltip *tooltip, const char *text)
{
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static gboolean
query_path_cb (GtkWidget *widget,
               int x,
               int y,
               gboolean keyboard,
               GtkTooltip *tooltip,
               RushesSceneRow *self)
{
  return self->scene != NULL && show_tooltip (tooltip, rushes_scene_get_path (self->scene));
}

static gboolean
query_status_cb (GtkWidget *widget,
                 int x,
                 int y,
                 gboolean keyboard,
                 GtkTooltip *tooltip,
                 RushesSceneRow *self)
{
  g_autofree char *text = self->scene != NULL ? rushes_text_scene (self->scene) : NULL;

  return show_tooltip (tooltip, text);
}

static gboolean
query_state_cb (GtkWidget *widget,
                int x,
                int y,
                gboolean keyboard,
                GtkTooltip *tooltip,
                RushesSceneRow *self)
{
  return self->scene != NULL && show_tooltip (tooltip, rushes_text_scene_state (self->scene));
}

static gboolean
query_menu_cb (GtkWidget *widget,
               int x,
               int y,
               gboolean keyboard,
               GtkTooltip *tooltip,
               RushesSceneRow *self)
{
  return show_tooltip (tooltip, _ ("Scene Menu"));
}

/* ---- The menu -------------------------------------------------------- */

/* What the menu does, it does to the selection. */
static void
select_scene (RushesSceneRow *self)
{
  RushesQueue *queue = rushes_manager_get_queue (rushes_application_get_default_manager ());
  guint position;

  if (self->scene != NULL && rushes_queue_find (queue, self->scene, &position))
    gtk_widget_activate_action (GTK_WIDGET (self), "queue.select", "u", position);
}

/* Not before it is wanted: a menu has more widgets than all the rest of a row,
 * and a list has two hundred rows at hand. */
static void
create_menu (GtkMenuButton *button, gpointer user_data)
{
  select_scene (user_data);
  if (gtk_menu_button_get_popover (button) == NULL)
    {
      g_autoptr (GtkBuilder) builder =
          gtk_builder_new_from_resource (RUSHES_RESOURCES "scene-menu.ui");

      gtk_menu_button_set_menu_model (button,
                                      G_MENU_MODEL (gtk_builder_get_object (builder, "menu")));
    }
}

static void
secondary_pressed_cb (GtkGestureClick *gesture,
                      int n_press,
                      double x,
                      double y,
                      RushesSceneRow *self)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->menu_button));
}

/* ---- The object ------------------------------------------------------ */

/* What the list wraps around a row has the keyboard, and no name of its own. */
static void
update_name (RushesSceneRow *self)
{
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *name = NULL;

  if (item == NULL || self->scene == NULL)
    return;
  name =
      g_strdup_printf (C_ ("parts of a status line", "%s, %s"), rushes_scene_get_name (self->scene),
                       gtk_inscription_get_text (GTK_INSCRIPTION (self->status)));
  rushes_accessible_label (item, name);
}

static void
leave_scene (RushesSceneRow *self)
{
  if (self->scene != NULL)
    g_signal_handlers_disconnect_by_data (self->scene, self);
  g_clear_object (&self->scene);
}

static void
set_scene (RushesSceneRow *self, RushesScene *scene)
{
  if (self->scene == scene)
    return;
  leave_scene (self);
  if (scene != NULL)
    {
      g_autofree char *menu = g_strdup_printf (_ ("Menu of %s"), rushes_scene_get_name (scene));
      g_autofree char *bar = g_strdup_printf (_ ("Progress of %s"), rushes_scene_get_name (scene));

      self->scene = g_object_ref (scene);
      g_signal_connect_swapped (scene, "notify", G_CALLBACK (scene_notify_cb), self);
      gtk_inscription_set_text (GTK_INSCRIPTION (self->name), rushes_scene_get_name (scene));
      update_status (self);
      update_newest (self);
      update_progress (self);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, menu, -1);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, bar, -1);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCENE]);
  update_name (self);
}

static void
rushes_scene_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesSceneRow *self = RUSHES_SCENE_ROW (object);

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
rushes_scene_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesSceneRow *self = RUSHES_SCENE_ROW (object);

  switch (id)
    {
    case PROP_SCENE:
      set_scene (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_scene_row_finalize (GObject *object)
{
  RushesSceneRow *self = RUSHES_SCENE_ROW (object);

  leave_scene (self);

  G_OBJECT_CLASS (rushes_scene_row_parent_class)->finalize (object);
}

static void
rushes_scene_row_class_init (RushesSceneRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = rushes_scene_row_get_property;
  object_class->set_property = rushes_scene_row_set_property;
  object_class->finalize = rushes_scene_row_finalize;

  /**
   * RushesSceneRow:scene:
   *
   * The scene that is shown.
   */
  properties[PROP_SCENE] =
      g_param_spec_object ("scene", NULL, NULL, RUSHES_TYPE_SCENE,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (RUSHES_TYPE_THUMBNAIL);
  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "scene-row.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesSceneRow, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, RushesSceneRow, name);
  gtk_widget_class_bind_template_child (widget_class, RushesSceneRow, status);
  gtk_widget_class_bind_template_child (widget_class, RushesSceneRow, progress);
  gtk_widget_class_bind_template_child (widget_class, RushesSceneRow, icon);
  gtk_widget_class_bind_template_child (widget_class, RushesSceneRow, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, update_name);
  gtk_widget_class_bind_template_callback (widget_class, query_path_cb);
  gtk_widget_class_bind_template_callback (widget_class, query_status_cb);
  gtk_widget_class_bind_template_callback (widget_class, query_state_cb);
  gtk_widget_class_bind_template_callback (widget_class, query_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, secondary_pressed_cb);
}

static void
rushes_scene_row_init (RushesSceneRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->menu_button), create_menu, self,
                                         NULL);
}

/**
 * rushes_scene_row_get_scene:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the scene that it shows
 */
RushesScene *
rushes_scene_row_get_scene (RushesSceneRow *self)
{
  g_return_val_if_fail (RUSHES_IS_SCENE_ROW (self), NULL);

  return self->scene;
}

/**
 * rushes_scene_row_show_menu:
 * @self: a row
 *
 * Opens the menu of what can be done with the scene.
 */
void
rushes_scene_row_show_menu (RushesSceneRow *self)
{
  g_return_if_fail (RUSHES_IS_SCENE_ROW (self));

  gtk_menu_button_popup (GTK_MENU_BUTTON (self->menu_button));
}
