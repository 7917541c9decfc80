/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "rushes-manager.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_QUEUE_VIEW (rushes_queue_view_get_type ())
G_DECLARE_FINAL_TYPE (RushesQueueView, rushes_queue_view, RUSHES, QUEUE_VIEW, AdwBin)

void rushes_queue_view_set_manager (RushesQueueView *self, RushesManager *manager);
GListModel *rushes_queue_view_get_selected (RushesQueueView *self);
void rushes_queue_view_remove_finished (RushesQueueView *self);
void rushes_queue_view_undo (RushesQueueView *self);
void rushes_queue_view_select_last (RushesQueueView *self, guint n_added);

G_END_DECLS
