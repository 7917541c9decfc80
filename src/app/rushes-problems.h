/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_PROBLEMS (rushes_problems_get_type ())
G_DECLARE_FINAL_TYPE (RushesProblems, rushes_problems, RUSHES, PROBLEMS, AdwPreferencesGroup)

void rushes_problems_set_manager (RushesProblems *self, RushesManager *manager);
void rushes_problems_set_scene (RushesProblems *self, RushesScene *scene);

G_END_DECLS
