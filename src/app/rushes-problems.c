/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-error.h"
#include "rushes-problems.h"

/* More names than anybody reads. */
#define MAX_NAMES 200

/**
 * RushesProblems:
 *
 * What stands in the way of a scene, in words, each with a way out. It is not
 * there when there is nothing.
 */
struct _RushesProblems
{
  AdwPreferencesGroup parent_instance;

  RushesManager *manager; /* (owned) (nullable) */
  RushesScene *scene;     /* (owned) (nullable) */
  GPtrArray *rows;        /* (element-type GtkWidget): those that are shown */
  char *shown;            /* (owned) (nullable): what they say */
};

G_DEFINE_FINAL_TYPE (RushesProblems, rushes_problems, ADW_TYPE_PREFERENCES_GROUP)

/* A problem before it is a row, so that equal ones need not be made again. */
typedef struct
{
  const char *icon;
  char *title;       /* (owned) */
  char *subtitle;    /* (owned) (nullable) */
  const char *label; /* (nullable): of the way out */
  const char *action;
  const char *second_label; /* (nullable): of another way out */
  const char *second_action;
  GStrv names; /* (nullable): to be listed below */
} Problem;

static void
problem_clear (gpointer data)
{
  Problem *problem = data;

  g_clear_pointer (&problem->title, g_free);
  g_clear_pointer (&problem->subtitle, g_free);
}

static Problem *
add (GArray *problems, const char *icon, char *title)
{
  Problem problem = { icon, title, NULL, NULL, NULL, NULL, NULL, NULL };

  g_array_append_val (problems, problem);
  return &g_array_index (problems, Problem, problems->len - 1);
}

/* ---- What there is --------------------------------------------------- */

static void
add_error (GArray *problems, const GError *error)
{
  Problem *problem = add (problems, "dialog-error-symbolic",
                          g_strdup (rushes_error_get_title ((RushesError) error->code)));

  problem->subtitle = g_strdup_printf ("%s\n%s", error->message,
                                       rushes_error_get_advice ((RushesError) error->code));
  if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_SETTINGS_CHANGED))
    {
      problem->label = _ ("Start Over");
      problem->action = "problems.start-over";
      problem->second_label = _ ("Keep Them");
      problem->second_action = "problems.keep";
    }
  else if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_FILE_CHANGED))
    {
      problem->label = _ ("Start Over");
      problem->action = "problems.start-over";
    }
  else if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_SCRIPTS_BLOCKED))
    {
      problem->label = _ ("Trust This File");
      problem->action = "problems.trust";
      problem->second_label = _ ("Try Again");
      problem->second_action = "problems.try-again";
    }
  else if (g_error_matches (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START))
    {
      problem->label = _ ("Preferences");
      problem->action = "app.preferences";
    }
  else
    {
      problem->label = _ ("Try Again");
      problem->action = "problems.try-again";
    }
}

static void
add_missing (GArray *problems, GStrv missing)
{
  guint n = g_strv_length (missing);
  Problem *problem =
      add (problems, "dialog-warning-symbolic",
           g_strdup_printf (ngettext ("%u file is missing", "%u files are missing", n), n));

  problem->subtitle = g_strdup (_ ("The scene renders without them: pink where textures are gone"));
  problem->names = missing;
  problem->label = _ ("Look Again");
  problem->action = "problems.look-again";
}

/* Not as long as it is being rendered: a film may begin in the dark. */
static void
add_blanks (GArray *problems, RushesScene *scene)
{
  RushesBlanks *blanks = rushes_scene_get_blanks (scene);
  g_autofree char *black = rushes_blanks_describe (blanks, RUSHES_BLANK_BLACK);
  g_autofree char *transparent = rushes_blanks_describe (blanks, RUSHES_BLANK_TRANSPARENT);
  Problem *problem;

  if (!rushes_scene_is_ended (scene) || (black == NULL && transparent == NULL))
    return;
  problem = add (problems, "dialog-warning-symbolic", g_strdup (_ ("Some frames show nothing")));
  problem->subtitle = g_strjoin ("\n", black != NULL ? black : transparent,
                                 black != NULL ? transparent : NULL, NULL);
  problem->label = _ ("Render Them Again");
  problem->action = "problems.redo-blanks";
}

static void
add_scripts (GArray *problems, RushesScene *scene, GStrv scripts)
{
  Problem *problem;

  if (rushes_scene_get_trusted (scene))
    {
      problem = add (problems, "security-low-symbolic", g_strdup (_ ("Scripts in this file run")));
      problem->subtitle =
          g_strdup (_ ("You trust it as it is now. They are off again when it changes."));
      problem->label = _ ("Do Not Trust");
      problem->action = "problems.distrust";
    }
  else
    {
      problem =
          add (problems, "security-high-symbolic", g_strdup (_ ("Scripts in this file are off")));
      problem->subtitle = g_strdup (
          _ ("Rigs and drivers may need them. Allow them if you know who made the file."));
      problem->label = _ ("Trust This File");
      problem->action = "problems.trust";
    }
  problem->names = scripts;
}

static void
add_unstretchable (GArray *problems, GStrv names)
{
  Problem *problem = add (problems, "dialog-warning-symbolic",
                          g_strdup (_ ("Not everything follows the keyframe scale")));

  problem->subtitle = g_strdup (_ ("These keep the times that they have in the file"));
  problem->names = names;
}

/* While it is being rendered, other settings than those that it has now. */
static void
add_changed (GArray *problems, RushesScene *scene)
{
  RushesSettings *applied = rushes_scene_get_applied_settings (scene);
  RushesSceneState state = rushes_scene_get_state (scene);
  g_autoptr (JsonNode) before = NULL, now = NULL;
  g_autofree char *before_text = NULL, *now_text = NULL;
  Problem *problem;

  if (applied == NULL || state == RUSHES_SCENE_QUEUED || state == RUSHES_SCENE_FAILED)
    return;
  before = rushes_settings_to_json (applied);
  now = rushes_settings_to_json (rushes_scene_get_settings (scene));
  before_text = json_to_string (before, FALSE);
  now_text = json_to_string (now, FALSE);
  if (g_str_equal (before_text, now_text) &&
      rushes_scene_get_trusted (scene) == (rushes_scene_get_applied_trust (scene) != NULL))
    return;

  problem =
      add (problems, "dialog-information-symbolic", g_strdup (_ ("The settings have changed")));
  problem->subtitle = g_strdup (_ ("They hold once the scene is started over"));
  problem->label = _ ("Start Over");
  problem->action = "problems.start-over";
}

static GArray *
list_problems (RushesScene *scene)
{
  GArray *problems = g_array_new (FALSE, FALSE, sizeof (Problem));
  const RushesReport *report = rushes_scene_get_report (scene);
  Problem *problem;

  g_array_set_clear_func (problems, problem_clear);
  if (rushes_scene_get_error (scene) != NULL)
    add_error (problems, rushes_scene_get_error (scene));
  else if (rushes_scene_get_report_error (scene) != NULL)
    {
      problem = add (problems, "dialog-error-symbolic",
                     g_strdup (rushes_scene_get_report_error (scene)->message));
      problem->label = _ ("Look Again");
      problem->action = "problems.look-again";
    }
  if (rushes_scene_get_plan_error (scene) != NULL)
    add (problems, "dialog-error-symbolic",
         g_strdup (rushes_scene_get_plan_error (scene)->message));
  if (rushes_scene_get_n_failed (scene) > 0)
    {
      guint n = rushes_scene_get_n_failed (scene);

      problem = add (problems, "dialog-warning-symbolic",
                     g_strdup_printf (ngettext ("%u frame failed", "%u frames failed", n), n));
      problem->label = _ ("Try Again");
      problem->action = "problems.retry";
      problem->second_label = _ ("Show Log");
      problem->second_action = "problems.show-log";
    }
  add_blanks (problems, scene);
  if (report != NULL)
    {
      if (report->camera == NULL &&
          !g_error_matches (rushes_scene_get_error (scene), RUSHES_ERROR, RUSHES_ERROR_NO_CAMERA))
        {
          problem =
              add (problems, "dialog-error-symbolic", g_strdup (_ ("The scene has no camera")));
          problem->subtitle = g_strdup (_ ("Add one in Blender and save the file"));
          problem->label = _ ("Look Again");
          problem->action = "problems.look-again";
        }
      if (report->missing != NULL)
        add_missing (problems, report->missing);
      if (report->scripts != NULL)
        add_scripts (problems, scene, report->scripts);
      if (report->unstretchable != NULL &&
          rushes_settings_is_set (rushes_scene_get_settings (scene), "keyframe-scale"))
        add_unstretchable (problems, report->unstretchable);
      for (guint i = 0; report->warnings != NULL && report->warnings[i] != NULL; i++)
        add (problems, "dialog-information-symbolic", g_strdup (report->warnings[i]));
    }
  add_changed (problems, scene);

  return problems;
}

/* ---- Showing --------------------------------------------------------- */

static void
add_button (GtkWidget *row, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  if (ADW_IS_EXPANDER_ROW (row))
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), button);
  else
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
add_names (GtkWidget *row, GStrv names)
{
  for (guint i = 0; i < MAX_NAMES && names[i] != NULL; i++)
    {
      GtkWidget *child = adw_action_row_new ();
      g_autofree char *name = g_path_get_basename (names[i]);
      g_autofree char *folder = g_path_get_dirname (names[i]);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (child), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (child),
                                     g_path_is_absolute (names[i]) ? name : names[i]);
      if (g_path_is_absolute (names[i]))
        adw_action_row_set_subtitle (ADW_ACTION_ROW (child), folder);
      adw_action_row_set_title_lines (ADW_ACTION_ROW (child), 2);
      adw_expander_row_add_row (ADW_EXPANDER_ROW (row), child);
    }
}

static GtkWidget *
make_row (const Problem *problem)
{
  GtkWidget *row = problem->names != NULL ? adw_expander_row_new () : adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), problem->title);
  if (ADW_IS_EXPANDER_ROW (row))
    {
      rushes_accessible_label (row, problem->title);
      rushes_accessible_label_part (row, GTK_TYPE_LIST_BOX, problem->title);
      adw_expander_row_set_icon_name (ADW_EXPANDER_ROW (row), problem->icon);
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row),
                                     problem->subtitle != NULL ? problem->subtitle : "");
      add_names (row, problem->names);
    }
  else
    {
      adw_action_row_set_icon_name (ADW_ACTION_ROW (row), problem->icon);
      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                                   problem->subtitle != NULL ? problem->subtitle : "");
    }
  if (problem->label != NULL)
    add_button (row, problem->label, problem->action);
  if (problem->second_label != NULL)
    add_button (row, problem->second_label, problem->second_action);
  return row;
}

static void
show (RushesProblems *self)
{
  g_autoptr (GArray) problems = self->scene != NULL ? list_problems (self->scene)
                                                    : g_array_new (FALSE, FALSE, sizeof (Problem));
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < problems->len; i++)
    {
      const Problem *problem = &g_array_index (problems, Problem, i);

      g_string_append_printf (text, "%s\n%s\n", problem->title,
                              problem->subtitle != NULL ? problem->subtitle : "");
      for (guint j = 0; problem->names != NULL && problem->names[j] != NULL; j++)
        g_string_append_printf (text, "%s\n", problem->names[j]);
    }
  gtk_widget_set_visible (GTK_WIDGET (self), problems->len > 0);
  if (g_strcmp0 (text->str, self->shown) == 0)
    return;

  g_free (self->shown);
  self->shown = g_strdup (text->str);
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < problems->len; i++)
    {
      GtkWidget *row = make_row (&g_array_index (problems, Problem, i));

      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
      g_ptr_array_add (self->rows, row);
    }
}

/* ---- Ways out -------------------------------------------------------- */

static void
start_over_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesProblems *self = RUSHES_PROBLEMS (widget);

  rushes_manager_render_again (self->manager, self->scene,
                               g_str_equal (name, "problems.keep") ? RUSHES_EXISTING_KEEP
                                                                   : RUSHES_EXISTING_OVERWRITE);
}

static void
retry_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesProblems *self = RUSHES_PROBLEMS (widget);

  rushes_manager_retry_failed (self->manager, self->scene);
}

static void
redo_blanks_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesProblems *self = RUSHES_PROBLEMS (widget);

  rushes_manager_redo_blanks (self->manager, self->scene);
}

/* The user may have mended the file meanwhile. */
static void
try_again_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesProblems *self = RUSHES_PROBLEMS (widget);

  rushes_manager_inspect (self->manager, self->scene);
  rushes_manager_retry_failed (self->manager, self->scene);
}

static void
look_again_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesProblems *self = RUSHES_PROBLEMS (widget);

  rushes_manager_inspect (self->manager, self->scene);
}

static void
trust_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  RushesProblems *self = RUSHES_PROBLEMS (widget);

  rushes_manager_set_trusted (self->manager, self->scene, g_str_equal (name, "problems.trust"));
}

static void
show_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.show-page", "s", "log");
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_problems_dispose (GObject *object)
{
  RushesProblems *self = RUSHES_PROBLEMS (object);

  g_clear_object (&self->manager);
  g_clear_object (&self->scene);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->shown, g_free);

  G_OBJECT_CLASS (rushes_problems_parent_class)->dispose (object);
}

static void
rushes_problems_class_init (RushesProblemsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rushes_problems_dispose;

  gtk_widget_class_install_action (widget_class, "problems.start-over", NULL, start_over_action);
  gtk_widget_class_install_action (widget_class, "problems.keep", NULL, start_over_action);
  gtk_widget_class_install_action (widget_class, "problems.try-again", NULL, try_again_action);
  gtk_widget_class_install_action (widget_class, "problems.retry", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "problems.redo-blanks", NULL, redo_blanks_action);
  gtk_widget_class_install_action (widget_class, "problems.look-again", NULL, look_again_action);
  gtk_widget_class_install_action (widget_class, "problems.trust", NULL, trust_action);
  gtk_widget_class_install_action (widget_class, "problems.distrust", NULL, trust_action);
  gtk_widget_class_install_action (widget_class, "problems.show-log", NULL, show_log_action);
}

static void
rushes_problems_init (RushesProblems *self)
{
  self->rows = g_ptr_array_new ();
  rushes_accessible_label_part (GTK_WIDGET (self), GTK_TYPE_LIST_BOX, _ ("Problems"));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
rushes_problems_set_manager (RushesProblems *self, RushesManager *manager)
{
  g_return_if_fail (RUSHES_IS_PROBLEMS (self));

  g_set_object (&self->manager, manager);
}

/**
 * rushes_problems_set_scene:
 * @self: problems
 * @scene: (nullable): whose; to be called again when it has changed
 */
void
rushes_problems_set_scene (RushesProblems *self, RushesScene *scene)
{
  g_return_if_fail (RUSHES_IS_PROBLEMS (self));

  g_set_object (&self->scene, scene);
  show (self);
}
