/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_PREFERENCES (rushes_preferences_get_type ())
G_DECLARE_FINAL_TYPE (RushesPreferences,
                      rushes_preferences,
                      RUSHES,
                      PREFERENCES,
                      AdwPreferencesWindow)

GtkWidget *rushes_preferences_new (GtkWindow *parent, GSettings *settings, RushesManager *manager);

G_END_DECLS
