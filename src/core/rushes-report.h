/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "rushes-frame-range.h"
#include "rushes-settings.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_REPORT (rushes_report_get_type ())

/**
 * RushesReport:
 * @saved_by: version of the Blender that saved the file, "3.4"
 * @engine: identifier of its render engine
 * @format: Blender's identifier of the picture format
 * @color_depth: (nullable): bits a channel
 * @color_mode: (nullable): "BW", "RGB" or "RGBA"
 * @width: of a picture in pixels
 * @height: of a picture in pixels
 * @start: first frame of the scene's range as it was saved
 * @end: last frame of it
 * @step: distance between two frames
 * @fps: frames a second
 * @samples: a pixel's; 0: the engine has none
 * @threads: 0: as many as there are processors
 * @denoising: whether noise is removed after sampling
 * @motion_blur: whether moving objects smear
 * @camera: (nullable): the active one; %NULL: there is none, nothing can be rendered
 * @device: (nullable): "CPU" or "GPU"; %NULL: its engine has no choice
 * @cameras: (nullable): names of all cameras
 * @engines: (nullable): identifiers of the engines that this Blender offers
 * @formats: (nullable): identifiers of the still formats that it writes
 * @missing: (nullable): paths of files that the scene needs and that are not there
 * @scripts: (nullable): what in the file would run Python
 * @unstretchable: (nullable): what a keyframe scale leaves as it is, in words
 * @warnings: (nullable): what the user should know
 *
 * What a .blend holds by itself, as a client found it: the values behind every
 * setting that is not overridden. Shared and never changed.
 */
typedef struct
{
  char *saved_by;
  char *engine;
  char *format;
  char *color_depth;
  char *color_mode;
  char *camera;
  char *device;
  guint width;
  guint height;
  int start;
  int end;
  guint step;
  guint samples;
  guint threads;
  double fps;
  gboolean denoising;
  gboolean motion_blur;
  GStrv cameras;
  GStrv engines;
  GStrv formats;
  GStrv missing;
  GStrv scripts;
  GStrv unstretchable;
  GStrv warnings;
} RushesReport;

GType rushes_report_get_type (void);
RushesReport *rushes_report_from_reply (GVariant *reply, GError **error);
RushesReport *rushes_report_from_json (JsonNode *node);
gboolean rushes_report_tells (const RushesReport *self, const char *warning);
JsonNode *rushes_report_to_json (const RushesReport *self);
RushesReport *rushes_report_ref (const RushesReport *self);
void rushes_report_unref (RushesReport *self);
RushesFrameRange *
rushes_report_plan (const RushesReport *self, RushesSettings *settings, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesReport, rushes_report_unref)

G_END_DECLS
