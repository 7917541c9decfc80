/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_CLUSTER_PAGE (rushes_cluster_page_get_type ())
G_DECLARE_FINAL_TYPE (RushesClusterPage,
                      rushes_cluster_page,
                      RUSHES,
                      CLUSTER_PAGE,
                      AdwPreferencesPage)

void
rushes_cluster_page_bind (RushesClusterPage *self, GSettings *settings, RushesManager *manager);

G_END_DECLS
