/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "rushes-application.h"
#include "rushes-enums.h"
#include "rushes-log.h"
#include "rushes-picture-loader.h"
#include "rushes-preferences.h"
#include "rushes-text.h"
#include "rushes-when-done.h"
#include "rushes-window.h"

/* How long anybody has to stop the computer from being switched off. */
#define COUNTDOWN_SECONDS 60

/* How long clients may take to end when the program does. */
#define SHUTDOWN_SECONDS 15

#define NOTIFICATION "rendering"

/**
 * RushesApplication:
 *
 * One process, one queue, one window. It lives on without its window while
 * there is something to render.
 */
struct _RushesApplication
{
  AdwApplication parent_instance;

  GSettings *settings;    /* (owned) (nullable): since startup */
  RushesManager *manager; /* (owned) (nullable): since startup */
  RushesWindow *window;   /* (nullable): owned by GTK */
  char *notice;           /* (owned) (nullable): to be told once there is a window */
  guint inhibition;       /* 0: none */
  guint signals[2];
  gboolean quitting; /* at the end of the run */
};

G_DEFINE_FINAL_TYPE (RushesApplication, rushes_application, ADW_TYPE_APPLICATION)

/* ---- The window ------------------------------------------------------ */

/* Too much, or too grave, to be said in passing. */
static void
tell (RushesApplication *self, const char *heading, const char *body)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self->window), heading, body);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "ok", _ ("_OK"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
present (RushesApplication *self)
{
  if (self->window == NULL)
    {
      self->window = rushes_window_new (GTK_APPLICATION (self), self->manager, self->settings);
      g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
    }
  gtk_window_present (GTK_WINDOW (self->window));
  if (self->notice != NULL)
    tell (self, _ ("About the Saved Queue"), self->notice);
  g_clear_pointer (&self->notice, g_free);
}

static void
rushes_application_activate (GApplication *application)
{
  present (RUSHES_APPLICATION (application));
}

static void
rushes_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  RushesApplication *self = RUSHES_APPLICATION (application);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; i < n_files; i++)
    g_ptr_array_add (list, g_object_ref (files[i]));
  present (self);
  rushes_window_add_files (self->window, list);
}

static gboolean
is_watched (RushesApplication *self)
{
  return self->window != NULL && gtk_widget_get_visible (GTK_WIDGET (self->window)) &&
         gtk_window_is_active (GTK_WINDOW (self->window));
}

/* ---- While rendering, and after -------------------------------------- */

static void
update_inhibition (RushesApplication *self)
{
  gboolean busy = rushes_manager_get_state (self->manager) != RUSHES_MANAGER_IDLE;

  if (busy && self->inhibition == 0)
    self->inhibition =
        gtk_application_inhibit (GTK_APPLICATION (self), GTK_WINDOW (self->window),
                                 GTK_APPLICATION_INHIBIT_SUSPEND | GTK_APPLICATION_INHIBIT_LOGOUT,
                                 _ ("Scenes are rendered"));
  else if (!busy && self->inhibition != 0)
    {
      gtk_application_uninhibit (GTK_APPLICATION (self), self->inhibition);
      self->inhibition = 0;
    }
}

static void
notify_user (RushesApplication *self, const char *title, const char *body, gboolean trouble)
{
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _ ("Show"), "app.show");
  if (trouble)
    g_notification_add_button (notification, _ ("Try Now"), "app.go-on");
  else
    g_notification_add_button (notification, _ ("Open Folder"), "app.open-output");
  g_application_send_notification (G_APPLICATION (self), NOTIFICATION, notification);
}

static void
trouble_cb (RushesApplication *self)
{
  const GError *trouble = rushes_manager_get_trouble (self->manager);

  if (trouble != NULL && !is_watched (self))
    notify_user (self, _ ("Rendering Waits"), trouble->message, TRUE);
  else if (trouble == NULL)
    g_application_withdraw_notification (G_APPLICATION (self), NOTIFICATION);
}

static void
close_window (RushesApplication *self)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
}

static void
run_ended_cb (RushesApplication *self, gboolean by_user)
{
  const RushesTotals *totals = rushes_manager_get_totals (self->manager);
  const GError *error = rushes_manager_get_error (self->manager);
  g_autofree char *outcome = g_settings_get_string (self->settings, "when-done");
  gboolean hidden = self->window == NULL || !gtk_widget_get_visible (GTK_WIDGET (self->window));

  if (self->quitting)
    {
      close_window (self);
      g_application_quit (G_APPLICATION (self));
      return;
    }
  if (by_user)
    return;
  if (!is_watched (self))
    {
      g_autofree char *body =
          error != NULL ? g_strdup (error->message) : rushes_text_totals (self->manager);
      const char *title = error != NULL        ? _ ("Rendering Failed")
                          : totals->failed > 0 ? _ ("Rendering Is Done, With Failures")
                                               : _ ("Rendering Is Done");

      notify_user (self, title, body, FALSE);
    }
  /* A broken set-up is not what anybody meant by "done". */
  if (error == NULL && !g_str_equal (outcome, "nothing"))
    {
      present (self);
      rushes_when_done_ask (GTK_WINDOW (self->window), outcome, COUNTDOWN_SECONDS);
    }
  else if (hidden)
    close_window (self);
}

/* ---- Actions --------------------------------------------------------- */

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RushesApplication *self = user_data;

  present (self);
  gtk_window_present (GTK_WINDOW (
      rushes_preferences_new (GTK_WINDOW (self->window), self->settings, self->manager)));
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RushesApplication *self = user_data;

  present (self);
  adw_show_about_window (
      GTK_WINDOW (self->window), "application-name", _ ("Rushes"), "application-icon",
      RUSHES_APPLICATION_ID, "version", RUSHES_VERSION, "comments",
      _ ("Renders the animations of Blender scenes, and loses no frame."), "license-type",
      GTK_LICENSE_GPL_3_0, "developer-name", _ ("The Rushes developers"), "website",
      "https://github.com/rushes/rushes", "translator-credits",
      /* Translators: your name, a line each. */
      _ ("translator-credits"), NULL);
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RushesApplication *self = user_data;

  /* The window asks, if there is something to ask about. */
  if (rushes_manager_get_state (self->manager) != RUSHES_MANAGER_IDLE)
    present (self);
  if (self->window != NULL)
    gtk_window_close (GTK_WINDOW (self->window));
  else
    g_application_quit (G_APPLICATION (self));
}

static void
stop_and_quit_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RushesApplication *self = user_data;

  if (rushes_manager_get_state (self->manager) == RUSHES_MANAGER_IDLE)
    {
      close_window (self);
      g_application_quit (G_APPLICATION (self));
      return;
    }
  self->quitting = TRUE;
  if (self->window != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->window), FALSE);
  rushes_manager_stop (self->manager);
}

static void
show_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  present (user_data);
}

static void
go_on_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  rushes_manager_go_on (RUSHES_APPLICATION (user_data)->manager);
}

/* Of the scene that was finished last in the queue's order: good enough for a
 * notification, which cannot show a list. */
static void
open_output_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  RushesApplication *self = user_data;
  GListModel *list = G_LIST_MODEL (rushes_manager_get_queue (self->manager));

  for (guint i = g_list_model_get_n_items (list); i > 0; i--)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (list, i - 1);
      g_autofree char *uri = NULL;

      if (rushes_scene_get_n_done (scene) == 0)
        continue;
      uri = g_filename_to_uri (rushes_scene_get_folder (scene), NULL, NULL);
      gtk_show_uri (GTK_WINDOW (self->window), uri, GDK_CURRENT_TIME);
      return;
    }
}

static gboolean
terminate_cb (gpointer user_data)
{
  stop_and_quit_action (NULL, NULL, user_data);
  return G_SOURCE_CONTINUE;
}

static void
add_actions (RushesApplication *self)
{
  static const GActionEntry entries[] = {
    { .name = "preferences", .activate = preferences_action },
    { .name = "about", .activate = about_action },
    { .name = "quit", .activate = quit_action },
    { .name = "stop-and-quit", .activate = stop_and_quit_action },
    { .name = "show", .activate = show_action },
    { .name = "go-on", .activate = go_on_action },
    { .name = "open-output", .activate = open_output_action },
  };
  static const struct
  {
    const char *action;
    const char *keys[3];
  } accelerators[] = {
    { "app.preferences", { "<Control>comma" } },
    { "app.quit", { "<Control>q" } },
    { "win.add", { "<Control>o" } },
    { "win.add-folder", { "<Control><Shift>o" } },
    { "win.toggle", { "<Control>Return", "<Control>KP_Enter" } },
    { "win.stop", { "<Control>period" } },
    { "win.undo", { "<Control>z" } },
    { "win.details", { "F9" } },
    { "win.runs", { "<Control>r" } },
    { "win.back", { "<Alt>Left" } },
    { "win.show-page::settings", { "<Alt>1" } },
    { "win.show-page::watch", { "<Alt>2" } },
    { "win.show-page::log", { "<Alt>3" } },
    { "window.close", { "<Control>w" } },
  };
  g_autoptr (GAction) order = g_settings_create_action (self->settings, "order");
  g_autoptr (GAction) when_done = g_settings_create_action (self->settings, "when-done");

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_action_map_add_action (G_ACTION_MAP (self), order);
  g_action_map_add_action (G_ACTION_MAP (self), when_done);
  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action,
                                           accelerators[i].keys);
}

/* ---- Settings -------------------------------------------------------- */

static gboolean
get_order (GValue *value, GVariant *variant, gpointer user_data)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (RUSHES_TYPE_ORDER);
  GEnumValue *order = g_enum_get_value_by_nick (klass, g_variant_get_string (variant, NULL));

  if (order == NULL)
    return FALSE;
  g_value_set_enum (value, order->value);
  return TRUE;
}

static void
bind_cluster (RushesApplication *self)
{
  static const char *const names[] = {
    "partition", "account", "cpus", "memory", "gpus", "time", "job-name", "extra",
  };
  RushesCluster *cluster = rushes_manager_get_cluster (self->manager);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *key = g_strconcat ("slurm-", names[i], NULL);

      g_settings_bind (self->settings, key, rushes_cluster_get_slurm (cluster), names[i],
                       G_SETTINGS_BIND_GET);
    }
  g_settings_bind (self->settings, "slurm-blender", cluster, "blender", G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "slurm-jobs", cluster, "jobs", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "slurm", cluster, "enabled", G_SETTINGS_BIND_GET);
}

static void
bind_settings (RushesApplication *self)
{
  static const char *const keys[] = {
    "blender",      "output-folder",   "start-timeout", "frame-timeout", "frame-timeout-auto",
    "max-attempts", "factory-startup", "sandbox",
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_bind (self->settings, keys[i], self->manager, keys[i], G_SETTINGS_BIND_GET);
  g_settings_bind (self->settings, "jobs", self->manager, "jobs", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "jobs-auto", self->manager, "jobs-auto",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (self->settings, "order", self->manager, "order",
                                G_SETTINGS_BIND_GET, get_order, NULL, NULL, NULL);
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_application_startup (GApplication *application)
{
  RushesApplication *self = RUSHES_APPLICATION (application);
  g_autofree char *data_dir = g_build_filename (g_get_user_data_dir (), "rushes", NULL);
  g_autofree char *log_folder = NULL;
  g_autofree char *log_dir = NULL;

  G_APPLICATION_CLASS (rushes_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (RUSHES_APPLICATION_ID);
  self->settings = g_settings_new (RUSHES_APPLICATION_ID);
  log_folder = g_settings_get_string (self->settings, "log-folder");
  log_dir = rushes_log_make_run_dir (*log_folder != '\0' ? log_folder : NULL);
  self->manager = rushes_manager_new (data_dir, log_dir);
  bind_settings (self);
  bind_cluster (self);
  add_actions (self);
  g_signal_connect_object (self->manager, "notify::state", G_CALLBACK (update_inhibition), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "notify::trouble", G_CALLBACK (trouble_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->manager, "run-ended", G_CALLBACK (run_ended_cb), self,
                           G_CONNECT_SWAPPED);
  self->signals[0] = g_unix_signal_add (SIGTERM, terminate_cb, self);
  self->signals[1] = g_unix_signal_add (SIGINT, terminate_cb, self);
  self->notice = rushes_manager_load (self->manager);
  rushes_runs_load (rushes_manager_get_runs (self->manager));
  rushes_picture_trim_cache ();
}

static gboolean
give_up_cb (gpointer given_up)
{
  *(gboolean *) given_up = TRUE;
  return G_SOURCE_REMOVE;
}

static void
rushes_application_shutdown (GApplication *application)
{
  RushesApplication *self = RUSHES_APPLICATION (application);

  for (guint i = 0; i < G_N_ELEMENTS (self->signals); i++)
    g_clear_handle_id (&self->signals[i], g_source_remove);
  if (self->manager != NULL)
    {
      gboolean given_up = FALSE;
      guint id = g_timeout_add_seconds (SHUTDOWN_SECONDS, give_up_cb, &given_up);

      self->quitting = FALSE;
      g_signal_handlers_disconnect_by_data (self->manager, self);
      rushes_manager_stop (self->manager);
      while (rushes_manager_get_state (self->manager) != RUSHES_MANAGER_IDLE && !given_up)
        g_main_context_iteration (NULL, TRUE);
      rushes_manager_save (self->manager);
      if (!given_up)
        g_source_remove (id);
    }
  g_clear_object (&self->manager);
  g_clear_object (&self->settings);

  G_APPLICATION_CLASS (rushes_application_parent_class)->shutdown (application);
}

static void
rushes_application_finalize (GObject *object)
{
  RushesApplication *self = RUSHES_APPLICATION (object);

  g_clear_pointer (&self->notice, g_free);

  G_OBJECT_CLASS (rushes_application_parent_class)->finalize (object);
}

static int
rushes_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("rushes %s\n", RUSHES_VERSION);
  return 0;
}

static void
rushes_application_class_init (RushesApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = rushes_application_finalize;
  application_class->startup = rushes_application_startup;
  application_class->shutdown = rushes_application_shutdown;
  application_class->activate = rushes_application_activate;
  application_class->open = rushes_application_open;
  application_class->handle_local_options = rushes_application_handle_local_options;
}

static void
rushes_application_init (RushesApplication *self)
{
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[SCENE.blend…]"));
  g_application_set_option_context_summary (
      G_APPLICATION (self), _ ("Renders the animations of Blender scenes. Files and folders are "
                               "added to the queue."));
  g_application_add_main_option (G_APPLICATION (self), "version", 0, 0, G_OPTION_ARG_NONE,
                                 _ ("Print the version"), NULL);
}

/**
 * rushes_application_new:
 *
 * Returns: (transfer full): the application
 */
RushesApplication *
rushes_application_new (void)
{
  /* The Devel profile has another id, and the same resources. */
  return g_object_new (RUSHES_TYPE_APPLICATION, "application-id", RUSHES_APPLICATION_ID,
                       "resource-base-path", "/io/github/rushes/Rushes", "flags",
                       G_APPLICATION_HANDLES_OPEN, NULL);
}

/**
 * rushes_application_get_manager:
 * @self: an application that has started up
 *
 * Returns: (transfer none): its manager
 */
RushesManager *
rushes_application_get_manager (RushesApplication *self)
{
  g_return_val_if_fail (RUSHES_IS_APPLICATION (self), NULL);

  return self->manager;
}

/**
 * rushes_application_get_default_manager:
 *
 * Returns: (transfer none) (nullable): the manager of this process
 */
RushesManager *
rushes_application_get_default_manager (void)
{
  GApplication *application = g_application_get_default ();

  return RUSHES_IS_APPLICATION (application)
             ? rushes_application_get_manager (RUSHES_APPLICATION (application))
             : NULL;
}
