/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "rushes-events.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_EVENTS_FILE (rushes_events_file_get_type ())
G_DECLARE_FINAL_TYPE (RushesEventsFile, rushes_events_file, RUSHES, EVENTS_FILE, GObject)

RushesEventsFile *rushes_events_file_new (const char *path);
const char *rushes_events_file_get_path (RushesEventsFile *self);
void rushes_events_file_look (RushesEventsFile *self);
void rushes_events_file_leave (RushesEventsFile *self);
const RushesEventsTotals *rushes_events_file_get_totals (RushesEventsFile *self);
const char *const *rushes_events_file_get_names (RushesEventsFile *self);
const char *rushes_events_file_get_log (RushesEventsFile *self);
const char *rushes_events_file_get_last_words (RushesEventsFile *self);

G_END_DECLS
