/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-error.h"

G_DEFINE_QUARK (rushes - error - quark, rushes_error)

/* By code: what a person calls it, and the way out. */
static const struct
{
  const char *title;
  const char *advice;
} words[] = {
  [RUSHES_ERROR_INVALID] = { N_ ("Not valid"), N_ ("Correct what is named here and try again.") },
  [RUSHES_ERROR_MISSING_FILE] = { N_ ("Missing file"),
                                  N_ ("Put the file back where it is looked for, or correct its "
                                      "path.") },
  [RUSHES_ERROR_NOT_WRITABLE] = { N_ ("Folder not writable"),
                                  N_ ("Choose another output folder, or allow yourself to write "
                                      "into this one.") },
  [RUSHES_ERROR_DISK_FULL] = { N_ ("Disk full"),
                               N_ ("Make room on the disk; rendering then goes on.") },
  [RUSHES_ERROR_COULD_NOT_START] = { N_ ("Blender does not start"),
                                     N_ ("Check that the chosen Blender is installed and starts by "
                                         "itself.") },
  [RUSHES_ERROR_WRONG_VERSION] = { N_ ("Blender too old"),
                                   N_ ("Choose a newer Blender for this scene.") },
  [RUSHES_ERROR_LOAD_FAILED] = { N_ ("Scene not readable"),
                                 N_ ("Open the scene in Blender and save it again.") },
  [RUSHES_ERROR_NO_CAMERA] = { N_ ("No camera"),
                               N_ ("Add a camera to the scene in Blender and save it.") },
  [RUSHES_ERROR_OUT_OF_RANGE] = { N_ ("Frames out of range"),
                                  N_ ("Choose a smaller keyframe scale or shift, or fewer "
                                      "frames.") },
  [RUSHES_ERROR_UNSUPPORTED] = { N_ ("Not supported by this Blender"),
                                 N_ ("Choose another engine or format, or a Blender that has this "
                                     "one.") },
  [RUSHES_ERROR_RENDER_FAILED] = { N_ ("Rendering failed"),
                                   N_ ("Render this frame in Blender itself; it says what is wrong "
                                       "there.") },
  [RUSHES_ERROR_BAD_PICTURE] = { N_ ("Incomplete picture"),
                                 N_ ("Check the disk that the pictures are on, then render these "
                                     "frames again.") },
  [RUSHES_ERROR_CRASHED] = { N_ ("Blender crashed"),
                             N_ ("Try again; if it crashes again, try another version of "
                                 "Blender.") },
  [RUSHES_ERROR_OUT_OF_MEMORY] = { N_ ("Out of memory"),
                                   N_ ("Render with fewer jobs, lower the resolution, or give each "
                                       "Blender on a cluster more memory.") },
  [RUSHES_ERROR_TIMED_OUT] = { N_ ("No sign of life"), N_ ("Try again, or allow more time.") },
  [RUSHES_ERROR_PROTOCOL] = { N_ ("Conversation broken off"),
                              N_ ("Try again without Blender’s own settings and add-ons.") },
  [RUSHES_ERROR_FILE_CHANGED] = { N_ ("Scene changed meanwhile"),
                                  N_ ("Start this scene over once it is saved for good.") },
  [RUSHES_ERROR_SETTINGS_CHANGED] = { N_ ("Frames of other settings"),
                                      N_ ("Render the frames anew, keep them, or choose another "
                                          "output folder.") },
  [RUSHES_ERROR_BUSY] = { N_ ("Folder in use"),
                          N_ ("Wait until the other one is done, or choose another output "
                              "folder.") },
  [RUSHES_ERROR_STOPPED] = { N_ ("Stopped"), N_ ("Start again to render what is left.") },
  [RUSHES_ERROR_GPU_FAILED] = { N_ ("Graphics card failed"),
                                N_ ("Update the graphics driver, or render on the processor.") },
  [RUSHES_ERROR_SCRIPTS_BLOCKED] = { N_ ("Scripts blocked"),
                                     N_ ("Allow scripts if you trust whoever made this scene.") },
  [RUSHES_ERROR_TAKEN_AWAY] = { N_ ("Taken away by the cluster"),
                                N_ ("The frame goes to another Blender; nothing is lost.") },
  [RUSHES_ERROR_TIME_LIMIT] = { N_ ("Time limit reached"),
                                N_ ("Allow each Blender on the cluster more time.") },
  [RUSHES_ERROR_NOT_SHARED] = { N_ ("Not shared with the cluster"),
                                N_ ("Keep scenes and results in a folder that all nodes "
                                    "share with this computer.") },
  [RUSHES_ERROR_UNREACHABLE] = { N_ ("Out of reach"),
                                 N_ ("Give Rushes access to that folder, or use another one.") },
};

/**
 * rushes_error_get_title:
 * @code: why something did not work
 *
 * Returns: (transfer none): the kind of trouble as a short heading in the
 *   user's language, such as "Out of memory"
 */
const char *
rushes_error_get_title (RushesError code)
{
  g_return_val_if_fail (code < G_N_ELEMENTS (words), "");

  return _ (words[code].title);
}

/**
 * rushes_error_get_advice:
 * @code: why something did not work
 *
 * Returns: (transfer none): the way out as one sentence in the user's language,
 *   such as "Choose a newer Blender for this scene."
 */
const char *
rushes_error_get_advice (RushesError code)
{
  g_return_val_if_fail (code < G_N_ELEMENTS (words), "");

  return _ (words[code].advice);
}

/**
 * rushes_enum_nick:
 * @type: an enumeration's #GType
 * @value: one of its values
 *
 * The short stable name of @value, for JSON and logs ("timed-out").
 *
 * Returns: (transfer none): a static string
 */
const char *
rushes_enum_nick (GType type, int value)
{
  /* The class of a static type is never freed, so its strings stay. */
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *entry = g_enum_get_value (klass, value);

  return entry != NULL ? entry->value_nick : "unknown";
}
