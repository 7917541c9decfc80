/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "rushes-tally.h"

/**
 * RushesTally:
 *
 * Adds up scenes, and looks again only at those that have changed: sums of ten
 * thousand scenes are wanted several times a second.
 */
struct _RushesTally
{
  RushesSums sums;
  GHashTable *parts; /* (owned): scene, unowned → (owned) what it has in @sums */
  GHashTable *stale; /* (owned): scenes, unowned, that have changed since */
};

static void
measure (RushesScene *scene, RushesSums *part)
{
  guint n_frames = rushes_scene_get_n_frames (scene);
  gboolean ended = rushes_scene_is_ended (scene);

  part->frames = n_frames;
  part->done = rushes_scene_get_n_done (scene);
  part->failed = rushes_scene_get_n_failed (scene);
  part->rendered = (guint64) rint (1000.0 * n_frames * rushes_scene_get_progress (scene));
  part->left = ended ? 0 : 1000 * part->frames - part->rendered;
  part->counted = n_frames > 0;
  part->uncounted = n_frames == 0 && !ended;
  part->startable = rushes_scene_is_startable (scene);
}

static void
add (RushesSums *sums, const RushesSums *part)
{
  sums->frames += part->frames;
  sums->done += part->done;
  sums->failed += part->failed;
  sums->rendered += part->rendered;
  sums->left += part->left;
  sums->counted += part->counted;
  sums->uncounted += part->uncounted;
  sums->startable += part->startable;
}

static void
subtract (RushesSums *sums, const RushesSums *part)
{
  sums->frames -= part->frames;
  sums->done -= part->done;
  sums->failed -= part->failed;
  sums->rendered -= part->rendered;
  sums->left -= part->left;
  sums->counted -= part->counted;
  sums->uncounted -= part->uncounted;
  sums->startable -= part->startable;
}

/**
 * rushes_tally_new:
 *
 * Returns: (transfer full): a tally of no scenes
 */
RushesTally *
rushes_tally_new (void)
{
  RushesTally *self = g_new0 (RushesTally, 1);

  self->parts = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->stale = g_hash_table_new (NULL, NULL);
  return self;
}

void
rushes_tally_free (RushesTally *self)
{
  g_clear_pointer (&self->parts, g_hash_table_unref);
  g_clear_pointer (&self->stale, g_hash_table_unref);
  g_free (self);
}

/**
 * rushes_tally_enter:
 * @self: a tally
 * @scene: a scene that is not in it; to be taken out before it is freed
 */
void
rushes_tally_enter (RushesTally *self, RushesScene *scene)
{
  g_hash_table_insert (self->parts, scene, g_new0 (RushesSums, 1));
  g_hash_table_add (self->stale, scene);
}

/**
 * rushes_tally_leave:
 * @self: a tally
 * @scene: a scene that is in it
 */
void
rushes_tally_leave (RushesTally *self, RushesScene *scene)
{
  const RushesSums *part = g_hash_table_lookup (self->parts, scene);

  g_return_if_fail (part != NULL);

  subtract (&self->sums, part);
  g_hash_table_remove (self->parts, scene);
  g_hash_table_remove (self->stale, scene);
}

/**
 * rushes_tally_touch:
 * @self: a tally
 * @scene: a scene that is in it, and has changed
 */
void
rushes_tally_touch (RushesTally *self, RushesScene *scene)
{
  g_hash_table_add (self->stale, scene);
}

/**
 * rushes_tally_get:
 * @self: a tally
 *
 * Returns: (transfer none): all scenes together
 */
const RushesSums *
rushes_tally_get (RushesTally *self)
{
  GHashTableIter iter;
  gpointer scene;

  g_hash_table_iter_init (&iter, self->stale);
  while (g_hash_table_iter_next (&iter, &scene, NULL))
    {
      RushesSums *part = g_hash_table_lookup (self->parts, scene);

      subtract (&self->sums, part);
      measure (scene, part);
      add (&self->sums, part);
    }
  g_hash_table_remove_all (self->stale);

  return &self->sums;
}
