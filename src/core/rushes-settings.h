/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * RushesSwitch:
 * @RUSHES_SWITCH_FROM_FILE: as the .blend says
 * @RUSHES_SWITCH_OFF: off
 * @RUSHES_SWITCH_ON: on
 *
 * A yes-or-no setting that the user may leave to the .blend.
 */
typedef enum
{
  RUSHES_SWITCH_FROM_FILE,
  RUSHES_SWITCH_OFF,
  RUSHES_SWITCH_ON,
} RushesSwitch;

/**
 * RushesOutputs:
 * @RUSHES_OUTPUTS_FRAMES: the pictures themselves
 * @RUSHES_OUTPUTS_DEPTHS: how far what is seen is from the camera
 * @RUSHES_OUTPUTS_NORMALS: which way its surface looks
 * @RUSHES_OUTPUTS_FLOWS: how it moves over the picture
 * @RUSHES_OUTPUTS_SEGMENTATIONS: which object it is
 *
 * The kinds of result that a scene can write.
 */
typedef enum
{
  RUSHES_OUTPUTS_FRAMES = 1 << 0,
  RUSHES_OUTPUTS_DEPTHS = 1 << 1,
  RUSHES_OUTPUTS_NORMALS = 1 << 2,
  RUSHES_OUTPUTS_FLOWS = 1 << 3,
  RUSHES_OUTPUTS_SEGMENTATIONS = 1 << 4,
} RushesOutputs;

#define RUSHES_OUTPUTS_ALL                                                                         \
  (RUSHES_OUTPUTS_FRAMES | RUSHES_OUTPUTS_DEPTHS | RUSHES_OUTPUTS_NORMALS | RUSHES_OUTPUTS_FLOWS | \
   RUSHES_OUTPUTS_SEGMENTATIONS)

#define RUSHES_TYPE_SETTINGS (rushes_settings_get_type ())
G_DECLARE_FINAL_TYPE (RushesSettings, rushes_settings, RUSHES, SETTINGS, GObject)

RushesSettings *rushes_settings_new (void);
RushesSettings *rushes_settings_copy (RushesSettings *self);
void rushes_settings_assign (RushesSettings *self, RushesSettings *other);
RushesSettings *rushes_settings_from_json (JsonNode *node, GError **error);
RushesSettings *rushes_settings_restore (JsonNode *node, GError **error);
JsonNode *rushes_settings_to_json (RushesSettings *self);
gboolean
rushes_settings_set_text (RushesSettings *self, const char *name, const char *text, GError **error);
gboolean rushes_settings_check (RushesSettings *self, GError **error);
gboolean rushes_settings_is_set (RushesSettings *self, const char *name);
void rushes_settings_reset (RushesSettings *self, const char *name);
char *rushes_settings_describe_pixels (RushesSettings *self);
char *rushes_settings_describe_files (RushesSettings *self);

RushesOutputs rushes_outputs_parse (const char *text, GError **error);

G_END_DECLS
