/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * RushesSlurmState:
 * @RUSHES_SLURM_PENDING: it waits for its turn
 * @RUSHES_SLURM_RUNNING: it has what it asked for
 * @RUSHES_SLURM_COMPLETED: it ended as its program did
 * @RUSHES_SLURM_FAILED: its program failed, or could not be started
 * @RUSHES_SLURM_CANCELLED: somebody took it out of the queue
 * @RUSHES_SLURM_PREEMPTED: a more urgent job took its place
 * @RUSHES_SLURM_TIME_LIMIT: its time was up
 * @RUSHES_SLURM_NODE_FAILED: its node broke down
 * @RUSHES_SLURM_OUT_OF_MEMORY: it took more memory than it was given
 *
 * What a job is at.
 */
typedef enum
{
  RUSHES_SLURM_PENDING,
  RUSHES_SLURM_RUNNING,
  RUSHES_SLURM_COMPLETED,
  RUSHES_SLURM_FAILED,
  RUSHES_SLURM_CANCELLED,
  RUSHES_SLURM_PREEMPTED,
  RUSHES_SLURM_TIME_LIMIT,
  RUSHES_SLURM_NODE_FAILED,
  RUSHES_SLURM_OUT_OF_MEMORY,
} RushesSlurmState;

/**
 * RushesSlurmEntry:
 * @id: (owned): its number
 * @state: what it is at
 * @reason: (owned): why it waits, in Slurm's word
 * @node: (owned): where it runs or ran, or ""
 * @place: its place among those that wait for the same part of the cluster, the
 *   first is 1; 0 when it does not wait
 *
 * A job in Slurm's queue.
 */
typedef struct
{
  char *id;
  RushesSlurmState state;
  char *reason;
  char *node;
  guint place;
} RushesSlurmEntry;

void rushes_slurm_entry_free (RushesSlurmEntry *entry);

#define RUSHES_TYPE_SLURM_QUEUE (rushes_slurm_queue_get_type ())
G_DECLARE_FINAL_TYPE (RushesSlurmQueue, rushes_slurm_queue, RUSHES, SLURM_QUEUE, GObject)

RushesSlurmQueue *rushes_slurm_queue_new (void);
GHashTable *rushes_slurm_queue_parse (const char *text);
void rushes_slurm_queue_ask_async (RushesSlurmQueue *self,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GHashTable *
rushes_slurm_queue_ask_finish (RushesSlurmQueue *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesSlurmEntry, rushes_slurm_entry_free)

G_END_DECLS
