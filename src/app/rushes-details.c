/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "rushes-details.h"
#include "rushes-log-view.h"
#include "rushes-presets.h"
#include "rushes-problems.h"
#include "rushes-setting-row.h"
#include "rushes-text.h"
#include "rushes-watch.h"

/* What the main loop can spare at a time. */
#define SLICE_USEC 4000

/**
 * RushesDetails:
 *
 * The selected scenes: their settings, their pictures, their logs. Edits apply
 * to all of them.
 */
struct _RushesDetails
{
  AdwBin parent_instance;

  RushesManager *manager; /* (owned) (nullable) */
  GListModel *scenes;     /* (owned) (nullable) */
  GtkWidget *stack;
  AdwViewStack *pages;
  AdwPreferencesGroup *heading;
  RushesProblems *problems;
  RushesWatch *watch;
  RushesLogView *log;
  GtkWidget *plan;
  GtkWidget *folder;
  GtkWidget *keyframe_scale, *keyframe_shift, *frames, *animations, *resolution, *format,
      *color_depth, *color_mode, *engine, *samples, *denoising, *motion_blur, *threads, *addons,
      *camera, *all_cameras, *device, *include_frames, *include_depths, *include_normals,
      *include_flows, *include_segmentations, *debug_previews, *exr_codec;
  GtkFileChooserNative *chooser; /* (owned) (nullable): while it is open */
  RushesScene *first;            /* (owned) (nullable): the first of the selection */
  guint refresh_id;
  guint next_row;       /* the first that does not show what its scenes have */
  gboolean scene_stale; /* what is not in a row, likewise */
};

G_DEFINE_FINAL_TYPE (RushesDetails, rushes_details, ADW_TYPE_BIN)

static GtkWidget *
get_row (RushesDetails *self, guint i)
{
  GtkWidget *rows[] = { self->keyframe_scale, self->keyframe_shift,
                        self->frames,         self->animations,
                        self->resolution,     self->format,
                        self->color_depth,    self->color_mode,
                        self->engine,         self->samples,
                        self->denoising,      self->motion_blur,
                        self->threads,        self->addons,
                        self->camera,         self->all_cameras,
                        self->device,         self->include_frames,
                        self->include_depths, self->include_normals,
                        self->include_flows,  self->include_segmentations,
                        self->debug_previews, self->exr_codec };

  return i < G_N_ELEMENTS (rows) ? rows[i] : NULL;
}

/* ---- Showing --------------------------------------------------------- */

static void
refresh_heading (RushesDetails *self, guint n)
{
  g_autofree char *title = n == 1 ? g_strdup (rushes_scene_get_name (self->first))
                                  : g_strdup_printf (ngettext ("%u Scene", "%u Scenes", n), n);
  g_autofree char *status = n == 1 ? rushes_text_scene (self->first)
                                   : g_strdup (_ ("What you change applies to all of them"));
  g_autofree char *markup = g_markup_escape_text (title, -1);
  g_autofree char *description = g_markup_escape_text (status, -1);

  adw_preferences_group_set_title (self->heading, markup);
  adw_preferences_group_set_description (self->heading, description);
}

/* The folder that the scenes' own folders are in, if it is the same for all. */
static void
refresh_folder (RushesDetails *self, guint n)
{
  g_autofree char *shown = NULL;
  gboolean busy = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);
      g_autofree char *folder = n == 1 ? g_strdup (rushes_scene_get_folder (scene))
                                       : g_path_get_dirname (rushes_scene_get_folder (scene));

      busy = busy || rushes_scene_get_in_use (scene);
      if (i == 0)
        shown = g_filename_display_name (folder);
      else if (g_strcmp0 (shown, folder) != 0)
        {
          g_free (shown);
          shown = g_strdup (_ ("Several folders"));
          break;
        }
    }
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->folder), shown);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "details.choose-folder", !busy);
}

static void
refresh_scene (RushesDetails *self, guint n)
{
  g_autofree char *plan = n == 1 ? rushes_text_plan (self->first) : NULL;

  refresh_heading (self, n);
  rushes_problems_set_scene (self->problems, n == 1 ? self->first : NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->plan), plan != NULL ? plan : "");
  gtk_widget_set_visible (self->plan, n == 1);
}

/* With thousands of scenes each row takes its time to find what they have in
 * common: the window goes on meanwhile. */
static gboolean
refresh_cb (gpointer user_data)
{
  RushesDetails *self = user_data;
  guint n = g_list_model_get_n_items (self->scenes);
  gint64 until = g_get_monotonic_time () + SLICE_USEC;
  GtkWidget *row;

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n > 0 ? "scenes" : "nothing");
  if (n > 0 && self->scene_stale)
    refresh_scene (self, n);
  self->scene_stale = FALSE;
  if (n == 1 || (n > 0 && self->next_row == 0))
    refresh_folder (self, n);
  while (n > 0 && (row = get_row (self, self->next_row)) != NULL)
    {
      rushes_setting_row_refresh (RUSHES_SETTING_ROW (row));
      self->next_row++;
      if (g_get_monotonic_time () > until)
        return G_SOURCE_CONTINUE;
    }

  self->refresh_id = 0;
  return G_SOURCE_REMOVE;
}

/* Once for all that changes in one turn of the main loop. */
static void
refresh_later (RushesDetails *self, gboolean rows)
{
  self->scene_stale = TRUE;
  if (rows)
    self->next_row = 0;
  if (self->refresh_id == 0)
    self->refresh_id = g_idle_add (refresh_cb, self);
}

static void
scene_changed_cb (RushesDetails *self, RushesScene *scene, GParamSpec *pspec)
{
  gboolean rows = g_str_equal (pspec->name, "settings") || g_str_equal (pspec->name, "report") ||
                  g_str_equal (pspec->name, "folder");

  /* What one of several has to say is not shown here but for its settings. */
  if (rows || scene == self->first)
    refresh_later (self, rows);
}

static void
selection_changed_cb (RushesDetails *self)
{
  g_autoptr (RushesScene) first = g_list_model_get_item (self->scenes, 0);
  GtkWidget *row;

  if (first != self->first || g_list_model_get_n_items (self->scenes) != 1)
    for (guint i = 0; (row = get_row (self, i)) != NULL; i++)
      rushes_setting_row_set_scenes (RUSHES_SETTING_ROW (row), self->scenes);
  g_set_object (&self->first, first);
  rushes_watch_set_scene (self->watch, first);
  rushes_log_view_set_scene (self->log, first);
  refresh_later (self, TRUE);
}

/* ---- The output folder ----------------------------------------------- */

static void
chooser_response_cb (RushesDetails *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  for (guint i = 0; path != NULL && i < g_list_model_get_n_items (self->scenes); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);

      rushes_manager_set_output (self->manager, scene, path);
    }
  g_clear_object (&self->chooser);
}

static void
choose_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesDetails *self = RUSHES_DETAILS (widget);

  if (self->chooser != NULL || self->first == NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (
      _ ("Choose Output Folder"), GTK_WINDOW (gtk_widget_get_root (widget)),
      GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chooser_response_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_details_dispose (GObject *object)
{
  RushesDetails *self = RUSHES_DETAILS (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->manager);
  g_clear_object (&self->scenes);
  g_clear_object (&self->first);

  G_OBJECT_CLASS (rushes_details_parent_class)->dispose (object);
}

static void
rushes_details_class_init (RushesDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_details_dispose;

  g_type_ensure (RUSHES_TYPE_SETTING_ROW);
  g_type_ensure (RUSHES_TYPE_PROBLEMS);
  g_type_ensure (RUSHES_TYPE_WATCH);
  g_type_ensure (RUSHES_TYPE_LOG_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, RUSHES_RESOURCES "details.ui");
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, stack);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, pages);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, heading);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, problems);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, watch);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, log);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, plan);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, folder);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, keyframe_scale);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, keyframe_shift);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, frames);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, animations);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, resolution);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, format);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, color_depth);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, color_mode);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, engine);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, samples);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, denoising);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, motion_blur);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, threads);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, addons);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, camera);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, all_cameras);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, device);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, include_frames);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, include_depths);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, include_normals);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, include_flows);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, include_segmentations);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, debug_previews);
  gtk_widget_class_bind_template_child (widget_class, RushesDetails, exr_codec);
  gtk_widget_class_install_action (widget_class, "details.choose-folder", NULL,
                                   choose_folder_action);
}

static void
rushes_details_init (RushesDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * rushes_details_set_manager:
 * @self: details without one
 * @manager: whose scenes they are
 * @settings: the program's settings, where presets are
 * @scenes: the selected scenes, a list that follows the selection
 */
void
rushes_details_set_manager (RushesDetails *self,
                            RushesManager *manager,
                            GSettings *settings,
                            GListModel *scenes)
{
  g_return_if_fail (RUSHES_IS_DETAILS (self));
  g_return_if_fail (RUSHES_IS_MANAGER (manager));
  g_return_if_fail (G_IS_LIST_MODEL (scenes));

  self->manager = g_object_ref (manager);
  self->scenes = g_object_ref (scenes);
  adw_preferences_group_set_header_suffix (self->heading, rushes_presets_new (settings, scenes));
  rushes_problems_set_manager (self->problems, manager);
  rushes_watch_set_manager (self->watch, manager);
  rushes_log_view_set_manager (self->log, manager);
  g_signal_connect_object (scenes, "items-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (rushes_manager_get_queue (manager), "scene-changed",
                           G_CALLBACK (scene_changed_cb), self, G_CONNECT_SWAPPED);
  selection_changed_cb (self);
}

/**
 * rushes_details_get_stack:
 * @self: details
 *
 * Returns: (transfer none): its pages, for a switcher
 */
AdwViewStack *
rushes_details_get_stack (RushesDetails *self)
{
  return self->pages;
}
