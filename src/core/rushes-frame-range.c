/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "rushes-error.h"
#include "rushes-frame-range.h"

/**
 * RushesFrameRange:
 *
 * An immutable, ordered set of frame numbers, written "1-50,80,100-200x5"
 * ("x5": every fifth frame from the start of that part). Memory grows with the
 * number of runs, not of frames.
 */

typedef struct
{
  guint start;
  guint step; /* distance between two frames, at least 1 */
  guint length;
  guint first_index; /* frames in all runs before this one */
} Run;

struct _RushesFrameRange
{
  gatomicrefcount ref_count;
  GArray *runs; /* (owned) (element-type Run), by start */
};

G_DEFINE_BOXED_TYPE (RushesFrameRange,
                     rushes_frame_range,
                     rushes_frame_range_ref,
                     rushes_frame_range_unref)

static RushesFrameRange *
frame_range_alloc (void)
{
  RushesFrameRange *self = g_new0 (RushesFrameRange, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->runs = g_array_new (FALSE, FALSE, sizeof (Run));

  return self;
}

static void
append_run (RushesFrameRange *self, guint start, guint step, guint length)
{
  Run run = { start, step, length, rushes_frame_range_get_length (self) };

  g_array_append_val (self->runs, run);
}

/**
 * rushes_frame_range_new:
 * @start: the first frame, RUSHES_FRAME_MIN to RUSHES_FRAME_MAX
 * @end: the last frame that may be in it, not below @start
 * @step: distance between two frames, at least 1
 *
 * Returns: (transfer full): @start, @start + @step, … up to @end
 */
RushesFrameRange *
rushes_frame_range_new (guint start, guint end, guint step)
{
  RushesFrameRange *self;

  g_return_val_if_fail (start <= end && end <= RUSHES_FRAME_MAX, NULL);
  g_return_val_if_fail (step > 0, NULL);

  self = frame_range_alloc ();
  append_run (self, start, step, (end - start) / step + 1);

  return self;
}

/* Reads one number at *text and moves *text past it. */
static gboolean
read_number (const char **text, guint *number)
{
  const char *end = *text;
  guint64 value = 0;

  while (g_ascii_isdigit (*end) && value <= RUSHES_FRAME_MAX)
    value = value * 10 + (guint64) (*end++ - '0');
  while (g_ascii_isdigit (*end))
    end++;

  if (end == *text)
    return FALSE;

  *text = end;
  *number = (guint) MIN (value, G_MAXUINT);
  return TRUE;
}

/* One part: START[-END[xSTEP]] */
static gboolean
parse_part (const char *part, guint *start, guint *end, guint *step, GError **error)
{
  const char *cursor = part;

  *step = 1;
  if (!read_number (&cursor, start))
    goto malformed;

  *end = *start;
  if (*cursor == '-')
    {
      cursor++;
      if (!read_number (&cursor, end))
        goto malformed;
      if (*cursor == 'x')
        {
          cursor++;
          if (!read_number (&cursor, step))
            goto malformed;
        }
    }
  if (*cursor != '\0')
    goto malformed;

  if (*start > RUSHES_FRAME_MAX || *end > RUSHES_FRAME_MAX)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("Frames “%s”: Blender's last frame is %d"), part, RUSHES_FRAME_MAX);
      return FALSE;
    }
  if (*end < *start)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("Frames “%s” run backwards; write %u-%u"), part, *end, *start);
      return FALSE;
    }
  if (*step == 0)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("Frames “%s”: the step must be 1 or more"), part);
      return FALSE;
    }
  return TRUE;

malformed:
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
               _ ("“%s” is not a frame range; write for example 1-50,80,100-200x5"), part);
  return FALSE;
}

static void
set_too_many_parts (GError **error)
{
  g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
               _ ("A frame range may have %d parts at the most"), RUSHES_FRAME_RANGE_MAX_PARTS);
}

/* The shortest run that starts at @frame: three or more frames at one distance,
 * or neighbours; a lone pair far apart reads better as two numbers. */
static guint
measure_run (const guint8 *present, guint frame, guint *step)
{
  guint length = 1;
  guint next = frame + 1;

  while (next <= RUSHES_FRAME_MAX && !present[next])
    next++;
  if (next > RUSHES_FRAME_MAX)
    {
      *step = 1;
      return 1;
    }

  *step = next - frame;
  for (; next <= RUSHES_FRAME_MAX && present[next]; next += *step)
    {
      /* A frame in between belongs to a finer run. */
      if (length > 1 && *step > 1 && memchr (present + next - *step + 1, 1, *step - 1) != NULL)
        break;
      length++;
    }

  if (length == 2 && *step > 1)
    {
      *step = 1;
      return 1;
    }
  return length;
}

/**
 * rushes_frame_range_parse:
 * @text: comma-separated parts, each "N", "N-M" or "N-MxSTEP"; spaces around
 *   parts are allowed, overlaps count once
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable): the range, or %NULL with
 *   %RUSHES_ERROR_INVALID
 */
RushesFrameRange *
rushes_frame_range_parse (const char *text, GError **error)
{
  g_autoptr (RushesFrameRange) self = frame_range_alloc ();
  g_auto (GStrv) parts = NULL;
  g_autofree guint8 *present = NULL;
  guint last = 0;

  g_return_val_if_fail (text != NULL, NULL);

  parts = g_strsplit (text, ",", RUSHES_FRAME_RANGE_MAX_PARTS + 1);
  if (g_strv_length (parts) > RUSHES_FRAME_RANGE_MAX_PARTS)
    {
      set_too_many_parts (error);
      return NULL;
    }

  present = g_malloc0 (RUSHES_FRAME_MAX + 1);
  if (parts[0] == NULL)
    {
      guint unused;

      parse_part ("", &unused, &unused, &unused, error);
      return NULL;
    }
  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint start, end, step;

      if (!parse_part (g_strstrip (parts[i]), &start, &end, &step, error))
        return NULL;
      if (step == 1)
        memset (present + start, 1, end - start + 1);
      else
        for (guint frame = start; frame <= end; frame += step)
          present[frame] = 1;
      last = MAX (last, end);
    }

  for (guint frame = 0; frame <= last;)
    {
      guint8 *found = memchr (present + frame, 1, last - frame + 1);
      guint step, length;

      if (found == NULL)
        break;
      frame = (guint) (found - present);
      length = measure_run (present, frame, &step);
      append_run (self, frame, step, length);
      frame += (length - 1) * step + 1;
      /* What rushes_frame_range_to_string() makes of it must be readable. */
      if (self->runs->len > RUSHES_FRAME_RANGE_MAX_PARTS)
        {
          set_too_many_parts (error);
          return NULL;
        }
    }

  return g_steal_pointer (&self);
}

RushesFrameRange *
rushes_frame_range_ref (RushesFrameRange *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
rushes_frame_range_unref (RushesFrameRange *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    {
      g_clear_pointer (&self->runs, g_array_unref);
      g_free (self);
    }
}

/**
 * rushes_frame_range_to_string:
 * @self: a range
 *
 * Returns: (transfer full): text that rushes_frame_range_parse() reads back as
 *   the same set of frames
 */
char *
rushes_frame_range_to_string (const RushesFrameRange *self)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->runs->len; i++)
    {
      const Run *run = &g_array_index (self->runs, Run, i);

      g_string_append_printf (text, "%s%u", i > 0 ? "," : "", run->start);
      if (run->length > 1)
        g_string_append_printf (text, "-%u", run->start + (run->length - 1) * run->step);
      if (run->length > 1 && run->step > 1)
        g_string_append_printf (text, "x%u", run->step);
    }

  return g_string_free (text, FALSE);
}

/**
 * rushes_frame_range_get_length:
 * @self: a range
 *
 * Returns: how many frames are in it
 */
guint
rushes_frame_range_get_length (const RushesFrameRange *self)
{
  const Run *last;

  g_return_val_if_fail (self != NULL, 0);

  if (self->runs->len == 0)
    return 0;
  last = &g_array_index (self->runs, Run, self->runs->len - 1);
  return last->first_index + last->length;
}

/**
 * rushes_frame_range_get_frame:
 * @self: a range
 * @index: 0 to its length − 1
 *
 * Returns: the number of the @index-th frame, counted from the lowest
 */
guint
rushes_frame_range_get_frame (const RushesFrameRange *self, guint index)
{
  const Run *run = NULL;
  guint low = 0, high;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (index < rushes_frame_range_get_length (self), 0);

  high = self->runs->len;
  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->runs, Run, middle).first_index <= index)
        low = middle;
      else
        high = middle;
    }
  run = &g_array_index (self->runs, Run, low);

  return run->start + (index - run->first_index) * run->step;
}

/**
 * rushes_frame_range_find:
 * @self: a range
 * @frame: a frame number
 * @index: (out) (optional): where it stands
 *
 * Returns: whether @frame is in the range
 */
gboolean
rushes_frame_range_find (const RushesFrameRange *self, guint frame, guint *index)
{
  guint low = 0, high;

  g_return_val_if_fail (self != NULL, FALSE);

  /* Frames rise with the index: search by frame. */
  high = rushes_frame_range_get_length (self);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (rushes_frame_range_get_frame (self, middle) < frame)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == rushes_frame_range_get_length (self) ||
      rushes_frame_range_get_frame (self, low) != frame)
    return FALSE;

  if (index != NULL)
    *index = low;
  return TRUE;
}
