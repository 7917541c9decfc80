/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_DETAILS (rushes_details_get_type ())
G_DECLARE_FINAL_TYPE (RushesDetails, rushes_details, RUSHES, DETAILS, AdwBin)

void rushes_details_set_manager (RushesDetails *self,
                                 RushesManager *manager,
                                 GSettings *settings,
                                 GListModel *scenes);
AdwViewStack *rushes_details_get_stack (RushesDetails *self);

G_END_DECLS
