/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rushes-pool.h"

G_BEGIN_DECLS

#define CLI_TYPE_REPORTER (cli_reporter_get_type ())
G_DECLARE_DERIVABLE_TYPE (CliReporter, cli_reporter, CLI, REPORTER, GObject)

/**
 * CliReporter:
 *
 * Shows a run to somebody. This class shows nothing; it listens, and hands
 * what happens to the virtual functions of its subclasses, which may all be
 * %NULL.
 */
struct _CliReporterClass
{
  GObjectClass parent_class;

  void (*queued) (CliReporter *self, RushesScene *scene);
  void (*client_changed) (CliReporter *self, RushesClient *client);
  void (*frame_ended) (CliReporter *self,
                       RushesScene *scene,
                       guint frame,
                       guint client,
                       double seconds,
                       const GError *error,
                       gboolean final);
  void (*scene_changed) (CliReporter *self, RushesScene *scene);
  void (*progress) (CliReporter *self, RushesScene *scene);
  void (*message) (CliReporter *self, RushesScene *scene, const char *text);
  void (*finished) (CliReporter *self, int exit_code);
};

CliReporter *cli_reporter_new (GType type, RushesPool *pool, GListModel *scenes);
void cli_reporter_begin (CliReporter *self);
void cli_reporter_message (CliReporter *self, RushesScene *scene, const char *text);
void cli_reporter_finish (CliReporter *self, int exit_code);
RushesPool *cli_reporter_get_pool (CliReporter *self);
GListModel *cli_reporter_get_scenes (CliReporter *self);
guint cli_reporter_get_position (CliReporter *self, RushesScene *scene);

typedef struct
{
  guint frames;
  guint done;
  guint failed;
  guint kept;
  guint scenes_ended;
  guint scenes_failed;
  double progress; /* 0 to 1 */
} CliTotals;

CliTotals cli_reporter_count (CliReporter *self);

#define CLI_TYPE_BARS (cli_bars_get_type ())
G_DECLARE_FINAL_TYPE (CliBars, cli_bars, CLI, BARS, CliReporter)

#define CLI_TYPE_PLAIN (cli_plain_get_type ())
G_DECLARE_FINAL_TYPE (CliPlain, cli_plain, CLI, PLAIN, CliReporter)

#define CLI_TYPE_JSON (cli_json_get_type ())
G_DECLARE_FINAL_TYPE (CliJson, cli_json, CLI, JSON, CliReporter)

char *cli_describe_end (RushesScene *scene);

G_END_DECLS
