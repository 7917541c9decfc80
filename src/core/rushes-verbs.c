/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-picture.h"
#include "rushes-verbs.h"

/* How settings become calls. The calls are a value before anything is called,
 * so that a test can compare them. */

static void
call_free (RushesCall *call)
{
  g_clear_pointer (&call->params, g_variant_unref);
  g_free (call);
}

static void
add_call (GPtrArray *calls, const char *method, GVariantDict *params)
{
  RushesCall *call = g_new0 (RushesCall, 1);

  call->method = method;
  call->params = g_variant_ref_sink (g_variant_dict_end (params));
  g_ptr_array_add (calls, call);
}

static void
add_switch (GPtrArray *calls, const char *method, RushesSwitch value)
{
  GVariantDict params;

  if (value == RUSHES_SWITCH_FROM_FILE)
    return;
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "enable", "b", value == RUSHES_SWITCH_ON);
  add_call (calls, method, &params);
}

static void
insert_text (GVariantDict *params, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (params, key, "s", text);
}

/* Which files a frame has, and what is in them. */
static void
add_outputs (GPtrArray *calls, RushesSettings *settings)
{
  static const struct
  {
    RushesOutputs output;
    const char *method;
  } data[] = {
    { RUSHES_OUTPUTS_DEPTHS, "include_depths" },
    { RUSHES_OUTPUTS_NORMALS, "include_normals" },
    { RUSHES_OUTPUTS_FLOWS, "include_flows" },
    { RUSHES_OUTPUTS_SEGMENTATIONS, "include_segmentations" },
  };
  RushesOutputs outputs;
  gboolean debug;
  g_autofree char *codec = NULL;
  GVariantDict params;

  g_object_get (settings, "outputs", &outputs, "debug-previews", &debug, "exr-codec", &codec, NULL);
  if ((outputs & RUSHES_OUTPUTS_FRAMES) != 0)
    {
      g_variant_dict_init (&params, NULL);
      add_call (calls, "include_frames", &params);
    }
  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    if ((outputs & data[i].output) != 0)
      {
        g_variant_dict_init (&params, NULL);
        g_variant_dict_insert (&params, "debug", "b", debug);
        if (codec != NULL)
          {
            g_autofree char *identifier = g_ascii_strup (codec, -1);

            insert_text (&params, "codec", identifier);
          }
        add_call (calls, data[i].method, &params);
      }
}

static void
add_camera (GPtrArray *calls, RushesSettings *settings)
{
  g_autofree char *camera = NULL;
  gboolean all_cameras;
  GVariantDict params;

  g_object_get (settings, "camera", &camera, "all-cameras", &all_cameras, NULL);
  if (camera == NULL && !all_cameras)
    return;
  g_variant_dict_init (&params, NULL);
  insert_text (&params, "camera", camera);
  add_call (calls, all_cameras ? "use_all_cameras" : "use_camera", &params);
}

/**
 * rushes_verbs_for_load:
 * @blend_path: the scene, absolute
 * @root: the folder of its results, absolute
 * @settings: what the user overrides
 * @trusted: (nullable): what rushes_trust_check() says of @blend_path
 *
 * Returns: (transfer full) (element-type RushesCall): the calls that make a
 *   ready client one that has this scene loaded, in order
 */
GPtrArray *
rushes_verbs_for_load (const char *blend_path,
                       const char *root,
                       RushesSettings *settings,
                       const char *trusted)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
  g_autofree char *format = NULL, *depth = NULL, *mode = NULL, *engine = NULL, *addons = NULL;
  g_autofree char *device = NULL;
  guint width, height, samples, threads;
  double scale, shift;
  RushesSwitch denoising, motion_blur, animations;
  gboolean allow_scripts;
  GVariantDict params;

  g_return_val_if_fail (blend_path != NULL && root != NULL, calls);
  g_return_val_if_fail (RUSHES_IS_SETTINGS (settings), calls);

  g_object_get (settings, "width", &width, "height", &height, "keyframe-scale", &scale,
                "keyframe-shift", &shift, "format", &format, "color-depth", &depth, "color-mode",
                &mode, "engine", &engine, "samples", &samples, "denoising", &denoising, "threads",
                &threads, "motion-blur", &motion_blur, "animations", &animations, "addons", &addons,
                "allow-scripts", &allow_scripts, "device", &device, NULL);

  /* Add-ons first: some want to see the file being loaded. */
  if (addons != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (addons, ",", -1);
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_auto (GStrv) names = NULL;

      for (guint i = 0; parts[i] != NULL; i++)
        if (*g_strstrip (parts[i]) != '\0')
          g_strv_builder_add (builder, parts[i]);
      names = g_strv_builder_end (builder);
      g_variant_dict_init (&params, NULL);
      g_variant_dict_insert (&params, "addons", "^as", names);
      add_call (calls, "load_addons", &params);
    }

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "blend_file", "s", blend_path);
  g_variant_dict_insert (&params, "root", "s", root);
  g_variant_dict_insert (&params, "allow_scripts", "b", allow_scripts || trusted != NULL);
  /* What is allowed whatever it is needs no proof. */
  if (!allow_scripts)
    insert_text (&params, "sha256", trusted);
  add_call (calls, "initialize", &params);

  add_switch (calls, "use_animations", animations);
  add_switch (calls, "use_motion_blur", motion_blur);

  if (engine != NULL || samples > 0 || threads > 0 || denoising != RUSHES_SWITCH_FROM_FILE)
    {
      g_variant_dict_init (&params, NULL);
      insert_text (&params, "engine", engine);
      if (samples > 0)
        g_variant_dict_insert (&params, "samples", "u", samples);
      if (threads > 0)
        g_variant_dict_insert (&params, "threads", "u", threads);
      if (denoising != RUSHES_SWITCH_FROM_FILE)
        g_variant_dict_insert (&params, "denoising", "b", denoising == RUSHES_SWITCH_ON);
      add_call (calls, "render_settings", &params);
    }
  if (device != NULL)
    {
      g_autofree char *type = g_ascii_strdown (device, -1);

      g_variant_dict_init (&params, NULL);
      insert_text (&params, "device", type);
      add_call (calls, "use_device", &params);
    }

  if (width > 0)
    {
      g_variant_dict_init (&params, NULL);
      g_variant_dict_insert (&params, "width", "u", width);
      g_variant_dict_insert (&params, "height", "u", height);
      add_call (calls, "set_resolution", &params);
    }

  /* Always, and after the resolution: the reply says what files there will be. */
  g_variant_dict_init (&params, NULL);
  if (format != NULL)
    {
      const RushesPictureFormat *known = rushes_picture_format_find (format);

      insert_text (&params, "format",
                   known != NULL ? rushes_picture_format_get_id (known) : format);
    }
  insert_text (&params, "color_depth", depth);
  insert_text (&params, "color_mode", mode);
  add_call (calls, "image_settings", &params);

  add_camera (calls, settings);
  add_outputs (calls, settings);

  if (rushes_settings_is_set (settings, "keyframe-scale") ||
      rushes_settings_is_set (settings, "keyframe-shift"))
    {
      g_variant_dict_init (&params, NULL);
      g_variant_dict_insert (&params, "scale", "d", scale);
      g_variant_dict_insert (&params, "shift", "d", shift);
      add_call (calls, "move_keyframes", &params);
    }

  /* Frames alone are what "image_settings" said. */
  if (rushes_settings_is_set (settings, "outputs") ||
      rushes_settings_is_set (settings, "all-cameras"))
    {
      g_variant_dict_init (&params, NULL);
      add_call (calls, "outputs", &params);
    }

  /* Always: the range after whatever changed it. */
  g_variant_dict_init (&params, NULL);
  add_call (calls, "animation_range", &params);

  return calls;
}

/**
 * rushes_verbs_add_access:
 * @calls: (element-type RushesCall): the calls that load a scene
 * @blend_path: the scene, absolute
 * @size: its size in bytes
 * @root: the folder of its results, absolute
 * @witness: the name of a file in @root
 *
 * Has the client say first whether it sees the same files as we do.
 */
void
rushes_verbs_add_access (GPtrArray *calls,
                         const char *blend_path,
                         guint64 size,
                         const char *root,
                         const char *witness)
{
  GVariantDict params;

  g_return_if_fail (calls != NULL && blend_path != NULL && root != NULL && witness != NULL);

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "blend_file", "s", blend_path);
  g_variant_dict_insert (&params, "size", "x", (gint64) size);
  g_variant_dict_insert (&params, "root", "s", root);
  g_variant_dict_insert (&params, "witness", "s", witness);
  add_call (calls, "check_access", &params);
  g_ptr_array_insert (calls, 0, g_ptr_array_steal_index (calls, calls->len - 1));
}

/**
 * rushes_verbs_for_frame:
 * @frame: a frame number
 * @files: where its files go, as rushes_output_list_staging() says; consumed if
 *   floating
 *
 * Returns: (transfer floating): the parameters of "render_frame"
 */
GVariant *
rushes_verbs_for_frame (guint frame, GVariant *files)
{
  GVariantDict params;

  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&params, "frame", "u", frame);
  g_variant_dict_insert_value (&params, "files", files);

  return g_variant_dict_end (&params);
}

/* ---- Running them ---------------------------------------------------- */

typedef struct
{
  GPtrArray *calls; /* (owned) */
  guint next;
  guint timeout;
  GVariantDict *merged;   /* (owned) */
  GStrvBuilder *warnings; /* (owned) */
} Run;

static void
run_free (Run *run)
{
  g_clear_pointer (&run->calls, g_ptr_array_unref);
  g_clear_pointer (&run->merged, g_variant_dict_unref);
  g_clear_pointer (&run->warnings, g_strv_builder_unref);
  g_free (run);
}

static void run_next (GTask *task);

/* A JSON list arrives as "av", whatever is in it. */
static void
collect_warnings (Run *run, GVariant *list)
{
  GVariantIter iter;
  GVariant *item;

  if (!g_variant_is_of_type (list, G_VARIANT_TYPE ("av")))
    return;

  g_variant_iter_init (&iter, list);
  while (g_variant_iter_loop (&iter, "v", &item))
    if (g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
      g_strv_builder_add (run->warnings, g_variant_get_string (item, NULL));
}

static void
call_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  Run *run = g_task_get_task_data (task);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  reply = rushes_client_call_finish (RUSHES_CLIENT (object), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_variant_iter_init (&iter, reply);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      if (g_str_equal (key, "warnings"))
        collect_warnings (run, value);
      else
        g_variant_dict_insert_value (run->merged, key, value);
    }

  run_next (g_steal_pointer (&task));
}

/* Takes @task. */
static void
run_next (GTask *task)
{
  Run *run = g_task_get_task_data (task);
  RushesClient *client = g_task_get_source_object (task);

  if (run->next < run->calls->len)
    {
      const RushesCall *call = g_ptr_array_index (run->calls, run->next++);

      /* Stopped between two calls. */
      if (rushes_client_get_state (client) != RUSHES_CLIENT_READY)
        {
          const GError *cause = rushes_client_get_cause (client);

          if (cause != NULL)
            g_task_return_error (task, g_error_copy (cause));
          else
            g_task_return_new_error (task, RUSHES_ERROR, RUSHES_ERROR_PROTOCOL,
                                     _ ("Blender stopped answering"));
          g_object_unref (task);
          return;
        }
      rushes_client_call_async (client, call->method, call->params, run->timeout, call_cb, task);
      return;
    }

  {
    g_auto (GStrv) warnings = g_strv_builder_end (run->warnings);

    g_variant_dict_insert (run->merged, "warnings", "^as", warnings);
    g_task_return_pointer (task, g_variant_ref_sink (g_variant_dict_end (run->merged)),
                           (GDestroyNotify) g_variant_unref);
    g_object_unref (task);
  }
}

/**
 * rushes_verbs_run_async:
 * @client: a client in state %RUSHES_CLIENT_READY
 * @calls: (element-type RushesCall): what to call, in order
 * @timeout: seconds without a sign of life in any one call; 0: no limit
 * @callback: (scope async): called after the last call, or the first that fails
 * @user_data: for @callback
 *
 * Makes @calls one after the other.
 */
void
rushes_verbs_run_async (RushesClient *client,
                        GPtrArray *calls,
                        guint timeout,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (client, NULL, callback, user_data);
  Run *run = g_new0 (Run, 1);

  g_task_set_source_tag (task, rushes_verbs_run_async);
  run->calls = g_ptr_array_ref (calls);
  run->timeout = timeout;
  run->merged = g_variant_dict_new (NULL);
  run->warnings = g_strv_builder_new ();
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);

  run_next (task);
}

/**
 * rushes_verbs_run_finish:
 * @client: the client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): all replies merged, a{sv}, a later one
 *   over an earlier; "warnings" are collected from all, as "as"
 */
GVariant *
rushes_verbs_run_finish (RushesClient *client, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, client), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
