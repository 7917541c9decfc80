/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-scene.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_SETTING_ROW (rushes_setting_row_get_type ())
G_DECLARE_FINAL_TYPE (RushesSettingRow, rushes_setting_row, RUSHES, SETTING_ROW, AdwActionRow)

void rushes_setting_row_set_scenes (RushesSettingRow *self, GListModel *scenes);
void rushes_setting_row_refresh (RushesSettingRow *self);

G_END_DECLS
