/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_WATCH (rushes_watch_get_type ())
G_DECLARE_FINAL_TYPE (RushesWatch, rushes_watch, RUSHES, WATCH, AdwBin)

void rushes_watch_set_manager (RushesWatch *self, RushesManager *manager);
void rushes_watch_set_scene (RushesWatch *self, RushesScene *scene);

G_END_DECLS
