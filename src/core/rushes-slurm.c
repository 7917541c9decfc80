/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"
#include "rushes-slurm.h"
#include "rushes-slurm-command.h"
#include "rushes-slurm-value.h"

/**
 * RushesSlurm:
 *
 * What the user wants of a cluster that Slurm rules, for each client: how it
 * is asked for. Everything that is unset is left to Slurm.
 */
struct _RushesSlurm
{
  GObject parent_instance;
  char *partition;         /* (owned) (nullable) */
  char *account;           /* (owned) (nullable) */
  guint cpus;              /* 0: Slurm's default */
  char *memory;            /* (owned) (nullable): as Slurm writes it, "8G" */
  char *gpus;              /* (owned) (nullable): "1", "a100:2" */
  char *time;              /* (owned) (nullable): as Slurm writes it, "2:00:00" */
  char *job_name;          /* (owned) (nullable) */
  char *extra;             /* (owned) (nullable): further arguments, quoted as for a shell */
  GPtrArray *excluded;     /* (owned) (element-type utf8): nodes of no use */
  RushesSlurmQueue *queue; /* (owned) */
  gboolean is_outside;     /* of the Flatpak that we are in */
};

enum
{
  PROP_0,
  PROP_PARTITION,
  PROP_ACCOUNT,
  PROP_CPUS,
  PROP_MEMORY,
  PROP_GPUS,
  PROP_TIME,
  PROP_JOB_NAME,
  PROP_EXTRA,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesSlurm, rushes_slurm, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

/* Where each text is kept; %NULL for what is no text. */
static char **
get_text (RushesSlurm *self, guint id)
{
  switch (id)
    {
    case PROP_PARTITION:
      return &self->partition;
    case PROP_ACCOUNT:
      return &self->account;
    case PROP_MEMORY:
      return &self->memory;
    case PROP_GPUS:
      return &self->gpus;
    case PROP_TIME:
      return &self->time;
    case PROP_JOB_NAME:
      return &self->job_name;
    case PROP_EXTRA:
      return &self->extra;
    default:
      return NULL;
    }
}

static void
rushes_slurm_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesSlurm *self = RUSHES_SLURM (object);
  char **text = get_text (self, id);

  if (text != NULL)
    g_value_set_string (value, *text);
  else if (id == PROP_CPUS)
    g_value_set_uint (value, self->cpus);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rushes_slurm_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesSlurm *self = RUSHES_SLURM (object);
  char **text = get_text (self, id);

  if (text != NULL)
    {
      const char *string = g_value_get_string (value);

      /* An empty entry of a form says nothing. */
      if (string != NULL && *string == '\0')
        string = NULL;
      if (g_strcmp0 (*text, string) == 0)
        return;
      g_free (*text);
      *text = g_strdup (string);
      g_object_notify_by_pspec (object, pspec);
    }
  else if (id == PROP_CPUS && self->cpus != g_value_get_uint (value))
    {
      self->cpus = g_value_get_uint (value);
      g_object_notify_by_pspec (object, pspec);
    }
  else if (id != PROP_CPUS)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rushes_slurm_finalize (GObject *object)
{
  RushesSlurm *self = RUSHES_SLURM (object);

  for (guint id = PROP_0 + 1; id < N_PROPS; id++)
    {
      char **text = get_text (self, id);

      if (text != NULL)
        g_clear_pointer (text, g_free);
    }
  g_clear_pointer (&self->excluded, g_ptr_array_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (rushes_slurm_parent_class)->finalize (object);
}

static void
rushes_slurm_class_init (RushesSlurmClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = rushes_slurm_get_property;
  object_class->set_property = rushes_slurm_set_property;
  object_class->finalize = rushes_slurm_finalize;

  /**
   * RushesSlurm:partition:
   *
   * Which part of the cluster; %NULL: Slurm's default one.
   */
  properties[PROP_PARTITION] = g_param_spec_string ("partition", NULL, NULL, NULL, flags);
  /**
   * RushesSlurm:account:
   *
   * Whom the time is charged to.
   */
  properties[PROP_ACCOUNT] = g_param_spec_string ("account", NULL, NULL, NULL, flags);
  /**
   * RushesSlurm:cpus:
   *
   * Processors of a client, and so its threads; 0: what Slurm gives.
   */
  properties[PROP_CPUS] = g_param_spec_uint ("cpus", NULL, NULL, 0, 4096, 0, flags);
  /**
   * RushesSlurm:memory:
   *
   * Memory of a client, as Slurm writes it: "8G".
   */
  properties[PROP_MEMORY] = g_param_spec_string ("memory", NULL, NULL, NULL, flags);
  /**
   * RushesSlurm:gpus:
   *
   * Graphics cards of a client, as Slurm writes it: "1", "a100:2".
   */
  properties[PROP_GPUS] = g_param_spec_string ("gpus", NULL, NULL, NULL, flags);
  /**
   * RushesSlurm:time:
   *
   * How long a client may run, as Slurm writes it: "30" minutes, "2:00:00".
   */
  properties[PROP_TIME] = g_param_spec_string ("time", NULL, NULL, NULL, flags);
  /**
   * RushesSlurm:job-name:
   *
   * What the jobs are called; %NULL: "rushes".
   */
  properties[PROP_JOB_NAME] = g_param_spec_string ("job-name", NULL, NULL, NULL, flags);
  /**
   * RushesSlurm:extra:
   *
   * Further arguments for srun and sbatch, quoted as for a shell.
   */
  properties[PROP_EXTRA] = g_param_spec_string ("extra", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_slurm_init (RushesSlurm *self)
{
  self->excluded = g_ptr_array_new_with_free_func (g_free);
  self->queue = rushes_slurm_queue_new ();
  self->is_outside = rushes_slurm_command_is_outside ();
}

/**
 * rushes_slurm_new:
 *
 * Returns: (transfer full): a cluster of which nothing special is wanted
 */
RushesSlurm *
rushes_slurm_new (void)
{
  return g_object_new (RUSHES_TYPE_SLURM, NULL);
}

/**
 * rushes_slurm_copy:
 * @self: a cluster
 *
 * Returns: (transfer full): another wish for the same, from which no node is
 *   left out yet
 */
RushesSlurm *
rushes_slurm_copy (RushesSlurm *self)
{
  RushesSlurm *copy;

  g_return_val_if_fail (RUSHES_IS_SLURM (self), NULL);

  copy = rushes_slurm_new ();
  for (guint id = PROP_0 + 1; id < N_PROPS; id++)
    {
      char **text = get_text (self, id);

      if (text != NULL)
        *get_text (copy, id) = g_strdup (*text);
    }
  copy->cpus = self->cpus;
  g_set_object (&copy->queue, self->queue);
  return copy;
}

/**
 * rushes_slurm_check:
 * @self: a cluster
 * @error: return location for a #GError
 *
 * Looks for Slurm's programs, without asking the cluster. What is missing outside
 * of a Flatpak shows when a client starts: see rushes_launcher_explain_exit().
 *
 * Returns: whether they are there and what is wanted can be said to them, else
 *   %RUSHES_ERROR_COULD_NOT_START or %RUSHES_ERROR_INVALID
 */
gboolean
rushes_slurm_check (RushesSlurm *self, GError **error)
{
  static const char *const programs[] = { "srun", "squeue", "scancel" };

  g_return_val_if_fail (RUSHES_IS_SLURM (self), FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (programs) && !self->is_outside; i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path == NULL)
        {
          g_propagate_error (error, rushes_slurm_command_make_missing_error (programs[i]));
          return FALSE;
        }
    }
  for (guint id = PROP_0 + 1; id < N_PROPS; id++)
    {
      char **text = get_text (self, id);

      if (text != NULL && *text != NULL &&
          !rushes_slurm_check_value (properties[id]->name, *text, error))
        return FALSE;
    }
  return TRUE;
}

static void
add_option (GStrvBuilder *argv, const char *option, const char *value)
{
  if (value != NULL)
    g_strv_builder_add_many (argv, option, value, NULL);
}

static void
add_number (GStrvBuilder *argv, const char *option, guint value)
{
  g_autofree char *text = g_strdup_printf ("%u", value);

  g_strv_builder_add_many (argv, option, text, NULL);
}

static void
add_extra (RushesSlurm *self, GStrvBuilder *argv)
{
  g_auto (GStrv) words = NULL;

  if (self->extra != NULL && g_shell_parse_argv (self->extra, NULL, &words, NULL))
    g_strv_builder_addv (argv, (const char **) words);
}

/* What an allocation is asked for; its steps have it already. */
static void
add_allocation (RushesSlurm *self, GStrvBuilder *argv)
{
  add_option (argv, "--partition", self->partition);
  add_option (argv, "--account", self->account);
  add_option (argv, "--time", self->time);
}

/* What each client is given. */
static void
add_resources (RushesSlurm *self, GStrvBuilder *argv)
{
  if (self->cpus > 0)
    add_number (argv, "--cpus-per-task", self->cpus);
  add_option (argv, "--mem", self->memory);
  add_option (argv, "--gpus-per-task", self->gpus);
}

/**
 * rushes_slurm_add_argv:
 * @self: a cluster
 * @argv: a command line, to which this begins
 * @ticket: a word that no other job carries
 *
 * Begins a command line that runs what follows it on a node, as a job of its
 * own that carries @ticket as its comment; or, inside of an allocation, as a
 * step of that.
 */
void
rushes_slurm_add_argv (RushesSlurm *self, GStrvBuilder *argv, const char *ticket)
{
  g_return_if_fail (RUSHES_IS_SLURM (self));
  g_return_if_fail (argv != NULL && ticket != NULL);

  /* Where nobody has a folder of that name, Slurm complains. */
  g_strv_builder_add_many (argv, "srun", "--unbuffered", "--quit-on-interrupt", "--ntasks", "1",
                           "--nodes", "1", "--chdir", "/", "--job-name",
                           self->job_name != NULL ? self->job_name : "rushes", NULL);
  if (rushes_slurm_is_inside (self))
    /* Several steps share the allocation. */
    g_strv_builder_add (argv, "--exact");
  else
    {
      g_strv_builder_add_many (argv, "--comment", ticket, NULL);
      add_allocation (self, argv);
    }
  add_resources (self, argv);
  if (self->excluded->len > 0)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_auto (GStrv) nodes = NULL;
      g_autofree char *list = NULL;

      for (guint i = 0; i < self->excluded->len; i++)
        g_strv_builder_add (builder, g_ptr_array_index (self->excluded, i));
      nodes = g_strv_builder_end (builder);
      list = g_strjoinv (",", nodes);
      g_strv_builder_add_many (argv, "--exclude", list, NULL);
    }
  add_extra (self, argv);
}

/* Several clients may share a node, whose memory is asked for by the processor. */
static void
add_memory_per_cpu (RushesSlurm *self, GStrvBuilder *argv)
{
  g_autofree char *text = NULL;
  char *unit = NULL;
  guint64 size;

  if (self->memory == NULL)
    return;
  size = g_ascii_strtoull (self->memory, &unit, 10);
  if (*unit == 'G' || *unit == 'g')
    size *= 1024;
  else if (*unit == 'T' || *unit == 't')
    size *= 1024 * 1024;
  else if (*unit == 'K' || *unit == 'k')
    size /= 1024;
  text = g_strdup_printf ("%" G_GUINT64_FORMAT "M", size / MAX (self->cpus, 1) + 1);
  g_strv_builder_add_many (argv, "--mem-per-cpu", text, NULL);
}

/**
 * rushes_slurm_add_submit_argv:
 * @self: a cluster
 * @argv: a command line, to which this begins
 * @clients: how many clients there is to be room for
 * @ticket: a word that no other job carries
 *
 * Begins a command line that has the script that follows it run as a job of
 * its own, with room for steps of rushes_slurm_add_argv(), and with @ticket as
 * its comment.
 */
void
rushes_slurm_add_submit_argv (RushesSlurm *self,
                              GStrvBuilder *argv,
                              guint clients,
                              const char *ticket)
{
  g_return_if_fail (RUSHES_IS_SLURM (self));
  g_return_if_fail (argv != NULL && ticket != NULL);

  /* A job that is sent back to the queue goes on where it was: frames that are
   * done stay. */
  g_strv_builder_add_many (argv, "sbatch", "--parsable", "--requeue", "--open-mode=append",
                           "--job-name", self->job_name != NULL ? self->job_name : "rushes", NULL);
  add_number (argv, "--ntasks", clients);
  add_allocation (self, argv);
  if (self->cpus > 0)
    add_number (argv, "--cpus-per-task", self->cpus);
  add_option (argv, "--gpus-per-task", self->gpus);
  add_memory_per_cpu (self, argv);
  add_extra (self, argv);
  g_strv_builder_add_many (argv, "--comment", ticket, NULL);
}

/**
 * rushes_slurm_get_queue:
 * @self: a cluster
 *
 * Returns: (transfer none): where jobs wait
 */
RushesSlurmQueue *
rushes_slurm_get_queue (RushesSlurm *self)
{
  g_return_val_if_fail (RUSHES_IS_SLURM (self), NULL);

  return self->queue;
}

/**
 * rushes_slurm_exclude:
 * @self: a cluster
 * @node: a node's name
 *
 * Starts no client on @node any more.
 *
 * Returns: whether that is new
 */
gboolean
rushes_slurm_exclude (RushesSlurm *self, const char *node)
{
  g_return_val_if_fail (RUSHES_IS_SLURM (self), FALSE);
  g_return_val_if_fail (node != NULL, FALSE);

  if (g_ptr_array_find_with_equal_func (self->excluded, node, g_str_equal, NULL))
    return FALSE;
  g_ptr_array_add (self->excluded, g_strdup (node));
  return TRUE;
}

/**
 * rushes_slurm_include:
 * @self: a cluster
 * @node: a node's name
 *
 * Starts clients on @node again.
 */
void
rushes_slurm_include (RushesSlurm *self, const char *node)
{
  guint position;

  g_return_if_fail (RUSHES_IS_SLURM (self));
  g_return_if_fail (node != NULL);

  if (g_ptr_array_find_with_equal_func (self->excluded, node, g_str_equal, &position))
    g_ptr_array_remove_index (self->excluded, position);
}

/**
 * rushes_slurm_is_inside:
 * @self: a cluster
 *
 * Returns: whether this program runs in an allocation of Slurm, of which
 *   clients then are steps
 */
gboolean
rushes_slurm_is_inside (RushesSlurm *self)
{
  g_return_val_if_fail (RUSHES_IS_SLURM (self), FALSE);

  return !self->is_outside && g_getenv ("SLURM_JOB_ID") != NULL;
}
