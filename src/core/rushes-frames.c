/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-frames.h"

#define N_STATES (RUSHES_FRAME_FAILED + 1)

/* Failures in a row on one client after which the fault may be the client's. */
#define MAX_ATTEMPTS_ON_CLIENT 2

/* An animation is looked at in pieces, of so many frames at least: its frames get
 * dearer or cheaper here and there, seldom from one to the next. */
#define MAX_PIECES       16
#define MIN_PIECES       4
#define MIN_PIECE_FRAMES 8

/* By how much a piece must be dearer than an earlier one to come before it. */
#define CLEARLY_DEARER 1.5

/* Frames next to each other, all pending ones of which are taken in order. */
typedef struct
{
  guint end;      /* the next piece's first index */
  guint cursor;   /* no fresh pending frame of it lies before this */
  double seconds; /* what a frame of it takes; 0: none was measured yet */
} Piece;

/**
 * RushesFrames:
 *
 * The state of every frame of a scene, one byte each, and of the few that have
 * failed a record more. It decides which frame is next and when a failing one
 * is given up; it does not know who renders.
 */
struct _RushesFrames
{
  RushesFrameRange *range; /* (owned) */
  guint8 *states;          /* (owned) a RushesFrameState by index */
  guint counts[N_STATES];
  Piece pieces[MAX_PIECES];
  guint n_pieces;
  guint n_probed;       /* of how many pieces a frame was taken already */
  guint client;         /* the first that took a frame; 0: none yet */
  gboolean shared;      /* others have taken some too */
  GHashTable *failures; /* (owned) index → (owned) RushesFailure */
  GQueue retries;       /* indices of pending frames that have failed before */
};

static void
failure_free (RushesFailure *failure)
{
  g_clear_error (&failure->error);
  g_clear_pointer (&failure->log, g_free);
  g_clear_pointer (&failure->evidence, g_free);
  g_free (failure);
}

static void
set_state (RushesFrames *self, guint index, RushesFrameState state)
{
  self->counts[self->states[index]]--;
  self->states[index] = (guint8) state;
  self->counts[state]++;
}

static RushesFailure *
lookup_failure (RushesFrames *self, guint index)
{
  return g_hash_table_lookup (self->failures, GUINT_TO_POINTER (index));
}

/* ---- Pieces ---------------------------------------------------------- */

static guint
get_piece_start (RushesFrames *self, guint piece)
{
  return (guint) ((guint64) rushes_frames_get_length (self) * piece / self->n_pieces);
}

static Piece *
find_piece (RushesFrames *self, guint index)
{
  guint i = (guint) ((guint64) index * self->n_pieces / rushes_frames_get_length (self));

  while (index >= self->pieces[i].end)
    i++;
  return &self->pieces[i];
}

/* Whether there is a fresh pending frame in @piece; its cursor is at it then. */
static gboolean
advance (RushesFrames *self, Piece *piece)
{
  while (piece->cursor < piece->end)
    {
      guint8 *found =
          memchr (self->states + piece->cursor, RUSHES_FRAME_PENDING, piece->end - piece->cursor);

      piece->cursor = found != NULL ? (guint) (found - self->states) : piece->end;
      if (found != NULL && lookup_failure (self, piece->cursor) == NULL)
        return TRUE;
      if (found != NULL)
        piece->cursor++;
    }
  return FALSE;
}

/* One frame of each piece tells what it costs: the first of the animation, the
 * last, and then where each of the others begins. */
static gboolean
take_probe (RushesFrames *self, guint *index)
{
  while (self->n_probed < self->n_pieces)
    {
      guint n = self->n_probed++;
      Piece *piece = &self->pieces[n == 0 ? 0 : n == 1 ? self->n_pieces - 1 : n - 1];

      if (!advance (self, piece))
        continue;
      *index = piece->cursor;
      for (guint last = piece->end - 1; n == 1 && last > *index; last--)
        if (self->states[last] == RUSHES_FRAME_PENDING && lookup_failure (self, last) == NULL)
          *index = last;
      return TRUE;
    }
  return FALSE;
}

/* The dear ones first, or they would be what everybody waits for in the end; those
 * that cost about the same in order. */
static gboolean
take_fresh (RushesFrames *self, guint *index)
{
  double dearest = 0;

  for (guint i = 0; i < self->n_pieces; i++)
    if (advance (self, &self->pieces[i]))
      dearest = MAX (dearest, self->pieces[i].seconds);

  for (guint i = 0; i < self->n_pieces; i++)
    if (self->pieces[i].cursor < self->pieces[i].end &&
        self->pieces[i].seconds * CLEARLY_DEARER >= dearest)
      {
        *index = self->pieces[i].cursor;
        return TRUE;
      }
  return FALSE;
}

/**
 * rushes_frames_new:
 * @range: the frames
 *
 * Returns: (transfer full): the frames of @range, all pending
 */
RushesFrames *
rushes_frames_new (RushesFrameRange *range)
{
  RushesFrames *self = g_new0 (RushesFrames, 1);
  guint length = rushes_frame_range_get_length (range);

  self->range = rushes_frame_range_ref (range);
  self->states = g_malloc0 (length);
  self->counts[RUSHES_FRAME_PENDING] = length;
  self->failures = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) failure_free);
  g_queue_init (&self->retries);
  self->n_pieces = CLAMP (length / MIN_PIECE_FRAMES, 1, MAX_PIECES);
  /* Few frames are soon over. */
  if (self->n_pieces < MIN_PIECES)
    self->n_pieces = 1;
  for (guint i = 0; i < self->n_pieces; i++)
    {
      self->pieces[i].cursor = get_piece_start (self, i);
      self->pieces[i].end = get_piece_start (self, i + 1);
    }

  return self;
}

void
rushes_frames_free (RushesFrames *self)
{
  g_clear_pointer (&self->range, rushes_frame_range_unref);
  g_clear_pointer (&self->states, g_free);
  g_clear_pointer (&self->failures, g_hash_table_unref);
  g_queue_clear (&self->retries);
  g_free (self);
}

/**
 * rushes_frames_get_range:
 * @self: the frames
 *
 * Returns: (transfer none): which frames they are
 */
RushesFrameRange *
rushes_frames_get_range (RushesFrames *self)
{
  return self->range;
}

guint
rushes_frames_get_length (RushesFrames *self)
{
  return rushes_frame_range_get_length (self->range);
}

/**
 * rushes_frames_count:
 * @self: the frames
 * @state: a state
 *
 * Returns: how many frames are in @state; constant time
 */
guint
rushes_frames_count (RushesFrames *self, RushesFrameState state)
{
  g_return_val_if_fail (state < N_STATES, 0);

  return self->counts[state];
}

/**
 * rushes_frames_get_number:
 * @self: the frames
 * @index: 0 to the length − 1
 *
 * Returns: the frame's number on the scaled timeline
 */
guint
rushes_frames_get_number (RushesFrames *self, guint index)
{
  return rushes_frame_range_get_frame (self->range, index);
}

RushesFrameState
rushes_frames_get_state (RushesFrames *self, guint index)
{
  g_return_val_if_fail (index < rushes_frames_get_length (self), RUSHES_FRAME_FAILED);

  return self->states[index];
}

/* A retry goes to a client that has not just failed it, if there is one. */
static gboolean
take_retry (RushesFrames *self, guint client, guint *index)
{
  GList *own = NULL;

  for (GList *link = self->retries.head; link != NULL; link = link->next)
    {
      RushesFailure *failure = lookup_failure (self, GPOINTER_TO_UINT (link->data));

      if (failure->last_client != client)
        {
          own = link;
          break;
        }
      if (own == NULL && failure->last_client_attempts < MAX_ATTEMPTS_ON_CLIENT)
        own = link;
    }
  if (own == NULL)
    return FALSE;

  *index = GPOINTER_TO_UINT (own->data);
  g_queue_delete_link (&self->retries, own);
  return TRUE;
}

/**
 * rushes_frames_take:
 * @self: the frames
 * @client: the number of the client that asks, from 1 on
 * @index: (out): the frame to render, now in state %RUSHES_FRAME_RENDERING
 *
 * Fresh frames come in order, as long as one client has them all: a simulation that
 * nobody has baked needs that. Once clients share them, a few frames that are spread
 * over a long animation come first, to learn what its parts cost, and parts that are
 * clearly dearer before cheaper ones. Frames that have failed before come last.
 *
 * Returns: whether there is a frame for this client. %FALSE while frames are
 *   pending means that @client has failed those that are left too often: a
 *   fresh client should try.
 */
gboolean
rushes_frames_take (RushesFrames *self, guint client, guint *index)
{
  g_return_val_if_fail (index != NULL, FALSE);

  if (self->client == 0)
    self->client = client;
  self->shared = self->shared || client != self->client;

  if (!(self->shared && take_probe (self, index)) && !take_fresh (self, index) &&
      !take_retry (self, client, index))
    return FALSE;

  set_state (self, *index, RUSHES_FRAME_RENDERING);
  return TRUE;
}

/* Pending again, where rushes_frames_take() will find it. */
static void
make_pending (RushesFrames *self, guint index)
{
  set_state (self, index, RUSHES_FRAME_PENDING);
  if (lookup_failure (self, index) != NULL)
    g_queue_push_tail (&self->retries, GUINT_TO_POINTER (index));
  else
    {
      Piece *piece = find_piece (self, index);

      piece->cursor = MIN (piece->cursor, index);
    }
}

/**
 * rushes_frames_give_back:
 * @self: the frames
 * @index: a frame in state %RUSHES_FRAME_RENDERING
 *
 * Makes it pending again without blame: its client was stopped, or the disk is
 * full.
 */
void
rushes_frames_give_back (RushesFrames *self, guint index)
{
  g_return_if_fail (rushes_frames_get_state (self, index) == RUSHES_FRAME_RENDERING);

  make_pending (self, index);
}

/**
 * rushes_frames_set_done:
 * @self: the frames
 * @index: a frame in state %RUSHES_FRAME_RENDERING, or pending and never taken
 *
 * Its files are whole and in place.
 */
void
rushes_frames_set_done (RushesFrames *self, guint index)
{
  g_return_if_fail (index < rushes_frames_get_length (self));
  g_return_if_fail (self->states[index] == RUSHES_FRAME_RENDERING ||
                    lookup_failure (self, index) == NULL);

  set_state (self, index, RUSHES_FRAME_DONE);
  g_hash_table_remove (self->failures, GUINT_TO_POINTER (index));
}

/**
 * rushes_frames_set_cost:
 * @self: the frames
 * @index: a frame that was rendered
 * @seconds: how long that took
 *
 * What rushes_frames_take() is to expect of its neighbours.
 */
void
rushes_frames_set_cost (RushesFrames *self, guint index, double seconds)
{
  Piece *piece;

  g_return_if_fail (index < rushes_frames_get_length (self));

  piece = find_piece (self, index);
  piece->seconds = piece->seconds > 0 ? (piece->seconds + seconds) / 2 : seconds;
}

/**
 * rushes_frames_fail:
 * @self: the frames
 * @index: a frame in state %RUSHES_FRAME_RENDERING
 * @client: the number of the client that failed it
 * @max_attempts: how many failures make it %RUSHES_FRAME_FAILED; they must
 *   come from two clients at least, unless only one attempt is allowed
 * @error: why
 * @log: (nullable): path of that client's log
 * @evidence: (nullable): its last lines
 *
 * Returns: whether the frame is now given up
 */
gboolean
rushes_frames_fail (RushesFrames *self,
                    guint index,
                    guint client,
                    guint max_attempts,
                    const GError *error,
                    const char *log,
                    const char *evidence)
{
  RushesFailure *failure;

  g_return_val_if_fail (rushes_frames_get_state (self, index) == RUSHES_FRAME_RENDERING, FALSE);

  failure = lookup_failure (self, index);
  if (failure == NULL)
    {
      failure = g_new0 (RushesFailure, 1);
      failure->frame = rushes_frames_get_number (self, index);
      failure->last_client = client;
      g_hash_table_insert (self->failures, GUINT_TO_POINTER (index), failure);
    }

  failure->attempts++;
  if (failure->last_client != client)
    {
      failure->several_clients = TRUE;
      failure->last_client = client;
      failure->last_client_attempts = 0;
    }
  failure->last_client_attempts++;
  g_clear_error (&failure->error);
  failure->error = g_error_copy (error);
  g_free (failure->log);
  failure->log = g_strdup (log);
  g_free (failure->evidence);
  failure->evidence = g_strdup (evidence);

  if (failure->attempts >= max_attempts && (failure->several_clients || max_attempts == 1))
    {
      set_state (self, index, RUSHES_FRAME_FAILED);
      return TRUE;
    }

  make_pending (self, index);
  return FALSE;
}

/**
 * rushes_frames_find_failure:
 * @self: the frames
 * @frame: a frame's number
 *
 * Returns: (transfer none) (nullable): how @frame failed, if it did and is not
 *   done since; valid until anything happens to the frame
 */
const RushesFailure *
rushes_frames_find_failure (RushesFrames *self, guint frame)
{
  guint index;

  return rushes_frame_range_find (self->range, frame, &index) ? lookup_failure (self, index) : NULL;
}

/**
 * rushes_frames_retry_failed:
 * @self: the frames
 *
 * Makes every failed frame pending again, its record forgotten.
 */
void
rushes_frames_retry_failed (RushesFrames *self)
{
  for (guint i = 0; i < rushes_frames_get_length (self); i++)
    if (self->states[i] == RUSHES_FRAME_FAILED)
      {
        g_hash_table_remove (self->failures, GUINT_TO_POINTER (i));
        make_pending (self, i);
      }
}

static int
compare_failures (gconstpointer a, gconstpointer b)
{
  const RushesFailure *left = *(const RushesFailure *const *) a;
  const RushesFailure *right = *(const RushesFailure *const *) b;

  return left->frame < right->frame ? -1 : left->frame > right->frame;
}

/**
 * rushes_frames_list_failures:
 * @self: the frames
 *
 * Returns: (transfer container) (element-type RushesFailure): the frames that
 *   were given up, by number
 */
GPtrArray *
rushes_frames_list_failures (RushesFrames *self)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->failures);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (self->states[GPOINTER_TO_UINT (key)] == RUSHES_FRAME_FAILED)
      g_ptr_array_add (list, value);
  g_ptr_array_sort (list, compare_failures);

  return list;
}
