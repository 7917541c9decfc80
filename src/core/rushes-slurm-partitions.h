/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A line for each partition: its name, with a star if it is the default; whether it
 * takes jobs; how many nodes are at work, idle, of no use, and there are. */
#define RUSHES_SLURM_PARTITIONS_FORMAT "%P|%a|%F"

gboolean rushes_slurm_partitions_check (const char *text,
                                        const char *wanted,
                                        guint *n_idle,
                                        guint *n_nodes,
                                        GError **error);

G_END_DECLS
