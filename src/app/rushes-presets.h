/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUSHES_TYPE_PRESETS (rushes_presets_get_type ())
G_DECLARE_FINAL_TYPE (RushesPresets, rushes_presets, RUSHES, PRESETS, AdwBin)

GtkWidget *rushes_presets_new (GSettings *settings, GListModel *scenes);

G_END_DECLS
