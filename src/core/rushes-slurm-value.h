/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean rushes_slurm_check_value (const char *property, const char *text, GError **error);

G_END_DECLS
