/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * RushesError:
 * @RUSHES_ERROR_INVALID: the user asked for something that makes no sense
 * @RUSHES_ERROR_MISSING_FILE: a file or folder that is needed is not there
 * @RUSHES_ERROR_NOT_WRITABLE: the output folder cannot be written
 * @RUSHES_ERROR_DISK_FULL: no room is left for a picture
 * @RUSHES_ERROR_COULD_NOT_START: Blender does not start
 * @RUSHES_ERROR_WRONG_VERSION: this Blender is too old for the scene
 * @RUSHES_ERROR_LOAD_FAILED: Blender cannot read the scene
 * @RUSHES_ERROR_NO_CAMERA: there is nothing to look through
 * @RUSHES_ERROR_OUT_OF_RANGE: the frames are past what Blender can number
 * @RUSHES_ERROR_UNSUPPORTED: this Blender lacks an engine, a format or an add-on
 * @RUSHES_ERROR_RENDER_FAILED: Blender refused to render a frame
 * @RUSHES_ERROR_BAD_PICTURE: Blender reported success but the file is not whole
 * @RUSHES_ERROR_CRASHED: the client died
 * @RUSHES_ERROR_OUT_OF_MEMORY: there is not enough memory, of the computer or of
 *   its graphics card
 * @RUSHES_ERROR_TIMED_OUT: the client gave no sign of life for too long
 * @RUSHES_ERROR_PROTOCOL: the client said something that makes no sense
 * @RUSHES_ERROR_FILE_CHANGED: the .blend changed while it was being rendered
 * @RUSHES_ERROR_SETTINGS_CHANGED: the folder holds frames of other settings
 * @RUSHES_ERROR_BUSY: somebody else renders into this folder
 * @RUSHES_ERROR_STOPPED: the user stopped it
 * @RUSHES_ERROR_GPU_FAILED: the graphics card or its driver gave up
 * @RUSHES_ERROR_SCRIPTS_BLOCKED: the scene holds Python that nobody has allowed
 * @RUSHES_ERROR_TAKEN_AWAY: the cluster ended the client for reasons of its own
 * @RUSHES_ERROR_TIME_LIMIT: the client had run for as long as the cluster lets it
 * @RUSHES_ERROR_UNREACHABLE: we and Blender do not see the same files
 * @RUSHES_ERROR_NOT_SHARED: a node of the cluster does not see a file or folder
 *
 * Why something did not work, in the terms of a person who renders. One list
 * serves for errors of the library and for the causes of a failed frame.
 */
typedef enum
{
  RUSHES_ERROR_INVALID,
  RUSHES_ERROR_MISSING_FILE,
  RUSHES_ERROR_NOT_WRITABLE,
  RUSHES_ERROR_DISK_FULL,
  RUSHES_ERROR_COULD_NOT_START,
  RUSHES_ERROR_WRONG_VERSION,
  RUSHES_ERROR_LOAD_FAILED,
  RUSHES_ERROR_NO_CAMERA,
  RUSHES_ERROR_OUT_OF_RANGE,
  RUSHES_ERROR_UNSUPPORTED,
  RUSHES_ERROR_RENDER_FAILED,
  RUSHES_ERROR_BAD_PICTURE,
  RUSHES_ERROR_CRASHED,
  RUSHES_ERROR_OUT_OF_MEMORY,
  RUSHES_ERROR_TIMED_OUT,
  RUSHES_ERROR_PROTOCOL,
  RUSHES_ERROR_FILE_CHANGED,
  RUSHES_ERROR_SETTINGS_CHANGED,
  RUSHES_ERROR_BUSY,
  RUSHES_ERROR_STOPPED,
  RUSHES_ERROR_GPU_FAILED,
  RUSHES_ERROR_SCRIPTS_BLOCKED,
  RUSHES_ERROR_TAKEN_AWAY,
  RUSHES_ERROR_TIME_LIMIT,
  RUSHES_ERROR_NOT_SHARED,
  RUSHES_ERROR_UNREACHABLE,
} RushesError;

#define RUSHES_ERROR (rushes_error_quark ())

GQuark rushes_error_quark (void);
const char *rushes_error_get_title (RushesError code);
const char *rushes_error_get_advice (RushesError code);
const char *rushes_enum_nick (GType type, int value);

G_END_DECLS
