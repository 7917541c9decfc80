/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean rushes_sandbox_check (GError **error);
void rushes_sandbox_add_argv (GStrvBuilder *argv, GPtrArray *readable, GPtrArray *writable);

G_END_DECLS
