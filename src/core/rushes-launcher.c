/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-flatpak.h"
#include "rushes-host.h"
#include "rushes-launcher.h"
#include "rushes-package.h"
#include "rushes-sandbox.h"
#include "rushes-slurm-command.h"

/* Enough that whoever works here does not notice; not so much that nothing is
 * rendered beside other work. */
#define NICENESS 10

/* Runs on a node of a cluster, which may lack what is here: it says that by the
 * exit codes of sysexits.h and of shells. Blender would take as many threads as
 * there are processors, not as many as it was given. */
#define ON_NODE                                                                                    \
  "[ -r \"$1\" ] || { echo \"$1 is not there\" >&2; exit 66; }; shift; "                           \
  "exec \"$0\" --threads \"${SLURM_CPUS_ON_NODE:-0}\" \"$@\""
#define EXIT_NO_SCRIPT 66

/* How shells, and nice, say that there is no such program. */
#define EXIT_NO_PROGRAM 127

/**
 * RushesLauncher:
 *
 * How clients are started. A client is a value here, a command line, before
 * rushes_launcher_spawn_async() makes it a process.
 */
struct _RushesLauncher
{
  GObject parent_instance;
  char *blender;       /* (owned) a path, a name to look up in PATH, or one of Flatpak's */
  RushesHost *host;    /* (owned) (nullable): where they run instead of in here */
  RushesSlurm *slurm;  /* (owned) (nullable): the cluster that they run on */
  GPtrArray *readable; /* (owned) (element-type filename): what a sandbox must show */
  GPtrArray *writable; /* (owned) (element-type filename): what it must let be written */
  guint factory_startup : 1;
  guint sandbox : 1;
  guint background : 1;
};

enum
{
  PROP_0,
  PROP_BLENDER,
  PROP_FACTORY_STARTUP,
  PROP_SANDBOX,
  PROP_BACKGROUND,
  PROP_SLURM,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesLauncher, rushes_launcher, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
rushes_launcher_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesLauncher *self = RUSHES_LAUNCHER (object);

  switch (id)
    {
    case PROP_BLENDER:
      g_value_set_string (value, self->blender);
      break;
    case PROP_FACTORY_STARTUP:
      g_value_set_boolean (value, self->factory_startup);
      break;
    case PROP_SANDBOX:
      g_value_set_boolean (value, self->sandbox);
      break;
    case PROP_BACKGROUND:
      g_value_set_boolean (value, self->background);
      break;
    case PROP_SLURM:
      g_value_set_object (value, self->slurm);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_launcher_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesLauncher *self = RUSHES_LAUNCHER (object);

  switch (id)
    {
    case PROP_BLENDER:
      self->blender = g_value_dup_string (value);
      break;
    case PROP_FACTORY_STARTUP:
      if (self->factory_startup != g_value_get_boolean (value))
        {
          self->factory_startup = !self->factory_startup;
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_SANDBOX:
      if (self->sandbox != g_value_get_boolean (value))
        {
          self->sandbox = !self->sandbox;
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_BACKGROUND:
      if (self->background != g_value_get_boolean (value))
        {
          self->background = !self->background;
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_SLURM:
      if (g_set_object (&self->slurm, g_value_get_object (value)))
        g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_launcher_finalize (GObject *object)
{
  RushesLauncher *self = RUSHES_LAUNCHER (object);

  g_clear_pointer (&self->blender, g_free);
  g_clear_pointer (&self->host, rushes_host_free);
  g_clear_object (&self->slurm);
  g_clear_pointer (&self->readable, g_ptr_array_unref);
  g_clear_pointer (&self->writable, g_ptr_array_unref);

  G_OBJECT_CLASS (rushes_launcher_parent_class)->finalize (object);
}

static void
rushes_launcher_class_init (RushesLauncherClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rushes_launcher_get_property;
  object_class->set_property = rushes_launcher_set_property;
  object_class->finalize = rushes_launcher_finalize;

  /**
   * RushesLauncher:blender:
   *
   * The Blender to start: a path, a name to look up in PATH, or what Flatpak
   * calls it, such as org.blender.Blender//stable.
   */
  properties[PROP_BLENDER] =
      g_param_spec_string ("blender", NULL, NULL, "blender",
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesLauncher:factory-startup:
   *
   * Whether Blender ignores the user's own settings and add-ons.
   */
  properties[PROP_FACTORY_STARTUP] =
      g_param_spec_boolean ("factory-startup", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesLauncher:sandbox:
   *
   * Whether clients run where they reach no network and write nothing but the
   * folders of rushes_launcher_share().
   */
  properties[PROP_SANDBOX] =
      g_param_spec_boolean ("sandbox", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesLauncher:background:
   *
   * Whether clients leave the processors to other programs that want them, as
   * somebody sits at this computer.
   */
  properties[PROP_BACKGROUND] =
      g_param_spec_boolean ("background", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesLauncher:slurm:
   *
   * The cluster on whose nodes clients run; %NULL: on this computer.
   */
  properties[PROP_SLURM] =
      g_param_spec_object ("slurm", NULL, NULL, RUSHES_TYPE_SLURM,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_launcher_init (RushesLauncher *self)
{
  self->host = rushes_host_new ();
  self->readable = g_ptr_array_new_with_free_func (g_free);
  self->writable = g_ptr_array_new_with_free_func (g_free);
}

/**
 * rushes_launcher_new:
 * @blender: as #RushesLauncher:blender
 *
 * Returns: (transfer full): a launcher of clients on this computer; if we are a
 *   Flatpak, outside of it
 */
RushesLauncher *
rushes_launcher_new (const char *blender)
{
  g_return_val_if_fail (blender != NULL, NULL);

  return g_object_new (RUSHES_TYPE_LAUNCHER, "blender", blender, NULL);
}

/**
 * rushes_launcher_new_on_cluster:
 * @blender: a path, or a name to look up in PATH, on the nodes
 * @slurm: the cluster
 *
 * Returns: (transfer full): a launcher of clients on nodes of a cluster
 */
RushesLauncher *
rushes_launcher_new_on_cluster (const char *blender, RushesSlurm *slurm)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (blender != NULL, NULL);
  g_return_val_if_fail (RUSHES_IS_SLURM (slurm), NULL);

  /* Nodes do not start in our folder. */
  if (strchr (blender, G_DIR_SEPARATOR) != NULL)
    path = g_canonicalize_filename (blender, NULL);
  return g_object_new (RUSHES_TYPE_LAUNCHER, "blender", path != NULL ? path : blender, "slurm",
                       slurm, NULL);
}

/**
 * rushes_launcher_needs_share:
 * @self: a launcher
 *
 * Returns: whether clients see no folders but those of rushes_launcher_share()
 */
gboolean
rushes_launcher_needs_share (RushesLauncher *self)
{
  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), FALSE);

  return self->sandbox || rushes_flatpak_is_ref (self->blender);
}

/**
 * rushes_launcher_share:
 * @self: a launcher
 * @folder: an existing folder, relative to the current one
 * @writable: whether clients write there too
 *
 * Lets clients that are started from now on use @folder in spite of
 * #RushesLauncher:sandbox, or of Flatpak's. One client renders many scenes, so
 * they share what is shared with any.
 *
 * Returns: whether clients that were started before lack it
 */
gboolean
rushes_launcher_share (RushesLauncher *self, const char *folder, gboolean writable)
{
  GPtrArray *folders;
  g_autofree char *path = NULL;
  char *real;

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), FALSE);
  g_return_val_if_fail (folder != NULL, FALSE);

  /* A link in the sandbox leads to where it leads outside. */
  real = realpath (folder, NULL);
  path = real != NULL ? g_strdup (real) : g_canonicalize_filename (folder, NULL);
  free (real);
  folders = writable ? self->writable : self->readable;
  if (g_ptr_array_find_with_equal_func (folders, path, g_str_equal, NULL))
    return FALSE;
  g_ptr_array_add (folders, g_steal_pointer (&path));
  return rushes_launcher_needs_share (self);
}

static gboolean
check_programs (RushesLauncher *self, GError **error)
{
  gboolean is_ref = rushes_flatpak_is_ref (self->blender);
  const char *name = is_ref ? "flatpak" : self->blender;
  g_autofree char *program = g_find_program_in_path (name);

  /* What nodes have is for them to say. */
  if (program == NULL && self->slurm == NULL)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                   _ ("There is no program “%s”; install Blender, or say where it is"), name);
      return FALSE;
    }
  return !self->sandbox || is_ref || rushes_sandbox_check (error);
}

/**
 * rushes_launcher_check:
 * @self: a launcher
 * @error: return location for a #GError
 *
 * Looks for Blender, and for what a sandbox needs, without starting it. What a
 * host lacks shows when a client starts: see rushes_launcher_explain_exit().
 *
 * Returns: whether there are programs to start, else
 *   %RUSHES_ERROR_COULD_NOT_START
 */
gboolean
rushes_launcher_check (RushesLauncher *self, GError **error)
{
  g_autofree char *script = rushes_package_find ();

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), FALSE);

  if (self->slurm != NULL && !rushes_slurm_check (self->slurm, error))
    return FALSE;
  if (!g_file_test (script, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                   _ ("Rushes is not installed completely: “%s” is missing"), script);
      return FALSE;
    }
  return rushes_launcher_has_host (self) ? rushes_host_check (self->host, error)
                                         : check_programs (self, error);
}

/* Nodes share the user's home, but no Flatpak. */
static gboolean
has_copied_script (RushesLauncher *self)
{
  return self->host != NULL && self->slurm != NULL;
}

static char *
find_visible_script (RushesLauncher *self)
{
  g_autofree char *script = NULL;

  if (has_copied_script (self))
    return rushes_package_find_copy ();
  script = rushes_package_find ();
  return self->host != NULL ? rushes_host_find_path (self->host, script)
                            : g_steal_pointer (&script);
}

static GError *
explain_host (RushesLauncher *self, int exit_code)
{
  if (exit_code != RUSHES_HOST_NO_PROGRAM)
    return NULL;
  return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                      _ ("Outside Rushes’ own Flatpak there is no program “%s”; install it, or "
                         "say where Blender is"),
                      self->sandbox ? "bwrap" : self->blender);
}

static GError *
explain_flatpak (RushesLauncher *self, int exit_code)
{
  if (exit_code == RUSHES_FLATPAK_NO_PROGRAM)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                        _ ("There is no program “%s”; install Blender, or say where it is"),
                        "flatpak");
  if (exit_code == RUSHES_FLATPAK_NO_BLENDER)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                        _ ("Flatpak has no “%s”; install it with “flatpak install %s”, or choose "
                           "another Blender"),
                        self->blender, self->blender);
  return NULL;
}

static GError *
explain_node (RushesLauncher *self, int exit_code)
{
  g_autofree char *script = find_visible_script (self);

  if (self->host != NULL && exit_code == RUSHES_HOST_NO_PROGRAM)
    return rushes_slurm_command_make_missing_error ("srun");
  if (exit_code == EXIT_NO_PROGRAM)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                        _ ("There is no program “%s” on the nodes; say where Blender is there"),
                        self->blender);
  if (exit_code == EXIT_NO_SCRIPT)
    return g_error_new (RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                        _ ("Nodes do not see “%s”; install Rushes in a folder that they share "
                           "with this computer"),
                        script);
  return NULL;
}

/**
 * rushes_launcher_explain_exit:
 * @self: a launcher
 * @exit_code: of a client
 *
 * Returns: (transfer full) (nullable): what a node, a host or Flatpak lacks, if
 *   that was why the client ended
 */
GError *
rushes_launcher_explain_exit (RushesLauncher *self, int exit_code)
{
  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), NULL);

  if (self->slurm != NULL)
    return explain_node (self, exit_code);
  if (rushes_flatpak_is_ref (self->blender))
    return explain_flatpak (self, exit_code);
  return self->host != NULL ? explain_host (self, exit_code) : NULL;
}

/**
 * rushes_launcher_get_slurm:
 * @self: a launcher
 *
 * Returns: (transfer none) (nullable): #RushesLauncher:slurm
 */
RushesSlurm *
rushes_launcher_get_slurm (RushesLauncher *self)
{
  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), NULL);

  return self->slurm;
}

/**
 * rushes_launcher_make_ticket:
 * @self: a launcher
 * @token: the random word that a client's marker line must carry
 *
 * Returns: (transfer full): the word by which the client's job is known in the
 *   queue of a cluster, where everybody can read it: the token is not
 */
char *
rushes_launcher_make_ticket (RushesLauncher *self, const char *token)
{
  g_autofree char *sum = NULL;

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);
  return g_strdup_printf ("rushes-%.16s", sum);
}

/**
 * rushes_launcher_has_host:
 * @self: a launcher
 *
 * Returns: whether clients are started outside the Flatpak that we are in, and
 *   may see other files
 */
gboolean
rushes_launcher_has_host (RushesLauncher *self)
{
  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), FALSE);

  return self->host != NULL;
}

/**
 * rushes_launcher_reach:
 * @self: a launcher
 * @scene: absolute path of a .blend
 * @folder: (nullable): absolute path of the folder for its results
 * @error: return location for a #GError
 *
 * Finds out whether clients see the same files as we do. May block, and may be
 * called in any thread.
 *
 * Returns: whether they do, else %RUSHES_ERROR_UNREACHABLE
 */
gboolean
rushes_launcher_reach (RushesLauncher *self, const char *scene, const char *folder, GError **error)
{
  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), FALSE);

  return !rushes_launcher_has_host (self) || rushes_host_reach (self->host, scene, folder, error);
}

/* ---- Command lines --------------------------------------------------- */

/* Each layer adds what runs that which follows: the way to a host or to a node,
 * then what keeps Blender from files, then Blender. */

/* Makes no copies. */
static void
append (GPtrArray *folders, GPtrArray *more)
{
  for (guint i = 0; i < more->len; i++)
    g_ptr_array_add (folders, g_ptr_array_index (more, i));
}

/* Without a sandbox of ours, nothing may be kept from it that it had before. */
static void
add_flatpak (RushesLauncher *self, GStrvBuilder *argv, char *script_dir)
{
  g_autoptr (GPtrArray) readable = g_ptr_array_new ();
  g_autoptr (GPtrArray) writable = g_ptr_array_new ();

  g_ptr_array_add (readable, script_dir);
  append (self->sandbox ? readable : writable, self->readable);
  append (writable, self->writable);
  rushes_flatpak_add_argv (argv, self->blender, readable, writable, self->sandbox);
}

/* The sandbox has to show the programs too, wherever they lie. */
static void
add_sandbox (RushesLauncher *self, GStrvBuilder *argv, char *script_dir)
{
  g_autofree char *program = rushes_launcher_has_host (self)
                                 ? g_strdup (self->blender)
                                 : g_find_program_in_path (self->blender);
  g_autofree char *program_dir =
      program != NULL && g_path_is_absolute (program) ? g_path_get_dirname (program) : NULL;
  g_autoptr (GPtrArray) readable = g_ptr_array_new ();

  append (readable, self->readable);
  g_ptr_array_add (readable, script_dir);
  if (program_dir != NULL)
    g_ptr_array_add (readable, program_dir);
  rushes_sandbox_add_argv (argv, readable, self->writable);
}

static void
add_place (RushesLauncher *self, GStrvBuilder *argv, const char *token)
{
  if (self->slurm != NULL)
    {
      g_autofree char *ticket = rushes_launcher_make_ticket (self, token);

      /* An srun that has no time to end leaves its job behind. */
      if (self->host != NULL)
        rushes_host_add_polite_argv (argv);
      rushes_slurm_add_argv (self->slurm, argv, ticket);
    }
  else if (self->host != NULL)
    rushes_host_add_argv (argv, self->background);
}

static void
add_blender (RushesLauncher *self, GStrvBuilder *argv, const char *script)
{
  g_autofree char *script_dir = g_path_get_dirname (script);

  if (rushes_flatpak_is_ref (self->blender) && self->slurm == NULL)
    {
      add_flatpak (self, argv, script_dir);
      return;
    }
  if (self->sandbox)
    add_sandbox (self, argv, script_dir);
  if (self->slurm != NULL)
    g_strv_builder_add_many (argv, "sh", "-c", ON_NODE, self->blender, script, NULL);
  else
    g_strv_builder_add (argv, self->blender);
}

/**
 * rushes_launcher_build_version_argv:
 * @self: a launcher
 *
 * Returns: (transfer full): the command line that asks Blender for its version
 */
GStrv
rushes_launcher_build_version_argv (RushesLauncher *self)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autofree char *script = NULL;

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), NULL);
  g_return_val_if_fail (self->slurm == NULL, NULL);

  script = find_visible_script (self);
  add_place (self, argv, NULL);
  add_blender (self, argv, script);
  g_strv_builder_add (argv, "--version");

  return g_strv_builder_end (argv);
}

/**
 * rushes_launcher_build_argv:
 * @self: a launcher
 * @token: the random word that the client's marker line must carry
 *
 * Returns: (transfer full): the command line of one client
 */
GStrv
rushes_launcher_build_argv (RushesLauncher *self, const char *token)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autofree char *script = NULL;

  g_return_val_if_fail (RUSHES_IS_LAUNCHER (self), NULL);
  g_return_val_if_fail (token != NULL, NULL);

  script = find_visible_script (self);
  add_place (self, argv, token);
  add_blender (self, argv, script);
  g_strv_builder_add_many (argv, "--background", "--disable-autoexec", "-noaudio", NULL);
  if (self->factory_startup)
    g_strv_builder_add (argv, "--factory-startup");
  g_strv_builder_add_many (argv, "--python-exit-code", "1", "--python", script, "--", "--token",
                           token, NULL);

  return g_strv_builder_end (argv);
}

/* ---- Processes ------------------------------------------------------- */

/* Runs between fork and exec: async-signal-safe calls only. */
static void
child_setup (gpointer data)
{
  const pid_t *parent = data;
  int fd;

  /* A group of its own: a terminal's Ctrl-C is for us to handle, and whatever
   * Blender starts dies with it. */
  setpgid (0, 0);

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != *parent)
    _exit (1);

  /* When memory runs out the kernel should take a client, not us. */
  fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0)
    {
      if (write (fd, "500", 3) != 3)
        {
          /* A locked-down system; the default is as good as it gets. */
        }
      close (fd);
    }
}

/* A command line on its way to becoming a process. */
typedef struct
{
  char *blender; /* (owned) */
  GStrv argv;    /* (owned) */
  gboolean background;
  gboolean needs_copy; /* what it runs is to be where nodes see it */
} Spawn;

static void
spawn_free (gpointer data)
{
  Spawn *spawn = data;

  g_free (spawn->blender);
  g_strfreev (spawn->argv);
  g_free (spawn);
}

/* Waits until the child is Blender, or is found not to become it. */
static void
spawn_thread (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  Spawn *spawn = g_task_get_task_data (task);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  GSubprocess *process;
  const char *identifier;
  GError *error = NULL;
  pid_t parent = getpid ();

  if (spawn->needs_copy && !rushes_package_copy (&error))
    {
      g_task_return_error (task, error);
      return;
    }
  launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                 G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_child_setup (launcher, child_setup, &parent, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) spawn->argv, &error);
  if (process == NULL)
    {
      g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_COULD_NOT_START,
                               _ ("“%s” does not start: %s"), spawn->blender, error->message);
      g_clear_error (&error);
      return;
    }

  /* Only now, or it would keep us waiting. A process that has ended has none. */
  identifier = g_subprocess_get_identifier (process);
  if (spawn->background && identifier != NULL)
    setpriority (PRIO_PGRP, (id_t) g_ascii_strtoull (identifier, NULL, 10),
                 getpriority (PRIO_PROCESS, 0) + NICENESS);
  g_task_return_pointer (task, process, g_object_unref);
}

/* One thread for all of them, which never ends: a child dies with the thread that
 * forked it, not with the program (prctl(2), PR_SET_PDEATHSIG). */
static GThreadPool *
get_spawner (void)
{
  static gsize spawner;

  if (g_once_init_enter (&spawner))
    // cppcheck-suppress leakNoVarFunctionCall ; it is kept until the program ends
    g_once_init_leave (&spawner, (gsize) g_thread_pool_new (spawn_thread, NULL, 1, TRUE, NULL));
  return (GThreadPool *) spawner;
}

/**
 * rushes_launcher_spawn_async:
 * @self: a launcher
 * @token: the random word that the client's marker line must carry
 * @callback: (scope async): called when the program runs, or does not
 * @user_data: for @callback
 *
 * Starts a client with pipes for stdin, stdout and stderr, in a process group
 * of its own whose number is its process id. It dies with this program.
 */
void
rushes_launcher_spawn_async (RushesLauncher *self,
                             const char *token,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  Spawn *spawn;

  g_return_if_fail (RUSHES_IS_LAUNCHER (self));
  g_return_if_fail (token != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, rushes_launcher_spawn_async);
  if (!rushes_launcher_check (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  spawn = g_new0 (Spawn, 1);
  spawn->blender = g_strdup (self->blender);
  spawn->argv = rushes_launcher_build_argv (self, token);
  /* On a host, its own command line takes care of that; on a node, Slurm does. */
  spawn->background = self->background && self->host == NULL && self->slurm == NULL;
  spawn->needs_copy = has_copied_script (self);
  g_task_set_task_data (task, spawn, spawn_free);
  g_thread_pool_push (get_spawner (), g_steal_pointer (&task), NULL);
}

/**
 * rushes_launcher_spawn_finish:
 * @self: a launcher
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the process, or %NULL with
 *   %RUSHES_ERROR_COULD_NOT_START
 */
GSubprocess *
rushes_launcher_spawn_finish (RushesLauncher *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
