/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-client.h"

G_BEGIN_DECLS

#define RUSHES_TYPE_RESERVE (rushes_reserve_get_type ())
G_DECLARE_FINAL_TYPE (RushesReserve, rushes_reserve, RUSHES, RESERVE, GObject)

RushesReserve *rushes_reserve_new (const char *log_dir);
void rushes_reserve_set_launcher (RushesReserve *self, RushesLauncher *launcher);
void rushes_reserve_set_start_timeout (RushesReserve *self, guint seconds);
void rushes_reserve_set_bounds (RushesReserve *self, guint least, guint most);
guint rushes_reserve_make_number (RushesReserve *self);
RushesClient *rushes_reserve_take (RushesReserve *self, RushesLauncher *launcher);
gboolean
rushes_reserve_give_back (RushesReserve *self, RushesLauncher *launcher, RushesClient *client);
void rushes_reserve_stop (RushesReserve *self);
guint rushes_reserve_get_n_clients (RushesReserve *self);
guint rushes_reserve_get_n_ready (RushesReserve *self);

G_END_DECLS
