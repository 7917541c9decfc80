/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Stands in for Blender in tests and benchmarks: the same command line, the same
 * protocol, no pictures worth looking at. How it misbehaves is up to the fake
 * .blend and to the variable RUSHES_FAKE; README.md lists the words of both. */

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#define BLENDER_VERSION "3.4.1"
#define MAGIC           "BLENDER-fake\n"
#define LAST_FRAME      1048573
#define HUGE_MESSAGE    (20 * 1024 * 1024)
#define LONG_MS         (10 * 60 * 1000)
#define HOG_CHUNK       (4 * 1024 * 1024)
#define HOG_CHUNKS      64
#define MAX_STORED      65535 /* bytes of such a block */
#define ADLER_BASE      65521
#define STACK_BYTES     (1024 * 1024) /* a thread's */

/* How pictures are stored, as members of a JSON object. */
#define STORED_AS                                                                                  \
  "\"format\":\"PNG\",\"extension\":\".png\",\"color_depth\":\"8\",\"color_mode\":\"RGBA\""

enum
{
  ERROR_LOAD = 1,
  ERROR_NO_CAMERA = 2,
  ERROR_RENDER = 3,
  ERROR_RANGE = 4,
  ERROR_UNSUPPORTED = 5,
  ERROR_DISK_FULL = 6,
  ERROR_NO_SCENE = 7,
  ERROR_NOT_WRITABLE = 8,
  ERROR_MEMORY = 10,
  ERROR_NOT_SHARED = 11,
  ERROR_SCRIPTS = 12,
  ERROR_CHANGED = 13,
  ERROR_PARSE = -32700,
  ERROR_METHOD = -32601,
  ERROR_PARAMS = -32602,
  ERROR_INTERNAL = -32603,
};

/* A verb returns 0 and leaves its result in @out, or an error code and the words. */
typedef int (*Verb) (JsonObject *params, GString *out);

static _Thread_local struct
{
  char *path;  /* (owned) (nullable) the .blend */
  char *root;  /* (owned) (nullable) set by "initialize" */
  char **list; /* (owned) (nullable) the directives */
  int start, end, step, width, height;
  guint includes; /* bits, by position in the table of outputs */
  guint debugs;   /* likewise: those with previews */
  gboolean all_cameras;
  gboolean scripts;  /* its scripts may run */
  gboolean eventful; /* something strikes when half of a frame's time is over */
} scene;

static const struct
{
  const char *key; /* also the folder */
  const char *name;
  const char *channels;
} outputs[] = {
  { "frames", "frame", NULL },
  { "depths", "depth", "V" },
  { "normals", "normal", "BGR" },
  { "flows", "flow", "ABGR" },
  { "segmentations", "segmentation", "V" },
};

static char **modes; /* (owned) the parts of RUSHES_FAKE */

/* A client is a process, or a thread of a crowd. */
static _Thread_local int in_fd = STDIN_FILENO, out_fd = STDOUT_FILENO, err_fd = STDERR_FILENO;
static _Thread_local int stub = -1; /* who stands for it among the processes */
static _Thread_local gint64 way;    /* microseconds that bytes take to us and from us */
static _Thread_local int frames_rendered;
static _Thread_local double memory_grown;
static _Thread_local gboolean dying; /* leave once the reply is out */

/* On the clock of g_get_monotonic_time(). */
static _Thread_local gint64 first_began, last_ended, rendering;

/* Bytes on their way to us or from us; none to us: the end. */
typedef struct
{
  gint64 due;
  gsize length;
  char bytes[];
} Parcel;

static _Thread_local GQueue arriving = G_QUEUE_INIT, leaving = G_QUEUE_INIT;
static _Thread_local gboolean heard_all; /* nothing more is to arrive */

/* Lists of "key" and "key=value" */

/* The value ("" without one) of the next @key in *@list, which moves past it; or %NULL. */
static const char *
next_value (char ***list, const char *key)
{
  gsize length = strlen (key);

  while (*list != NULL && **list != NULL)
    {
      const char *item = *(*list)++;

      /* The end of the string counts as one of its characters. */
      if (strncmp (item, key, length) == 0 && strchr ("= ", item[length]) != NULL)
        return item + length + (item[length] == '=');
    }
  return NULL;
}

static const char *
get_value (char **list, const char *key)
{
  return next_value (&list, key);
}

static double
get_number (char **list, const char *key, double fallback)
{
  const char *value = next_value (&list, key);

  return value != NULL ? g_ascii_strtod (value, NULL) : fallback;
}

/* The value of the @key that strikes at @frame now, or %NULL. "times=K" holds over all
 * processes: a file beside the .blend stands for each time that was taken. */
static const char *
strike (const char *key, int frame)
{
  char **list = scene.list;
  const char *value;

  while ((value = next_value (&list, key)) != NULL)
    {
      const char *times = strstr (value, "times=");

      if (atoi (value) != frame)
        continue;
      if (times == NULL)
        return value;
      for (int i = 1; i <= atoi (times + strlen ("times=")); i++)
        {
          g_autofree char *path = g_strdup_printf ("%s.%s=%d.%d", scene.path, key, frame, i);
          int fd = open (path, O_CREAT | O_EXCL | O_WRONLY, 0666);

          if (fd >= 0 && close (fd) == 0)
            return value;
        }
    }
  return NULL;
}

static double
get_frame_ms (int frame)
{
  char **list = scene.list;
  const char *value;
  int first, last;
  double ms;

  while ((value = next_value (&list, "heavy")) != NULL)
    if (sscanf (value, "%d-%d:%lf", &first, &last, &ms) == 3 && first <= frame && frame <= last)
      return ms;
  return get_number (scene.list, "frame-ms", 0);
}

/* The process */

static void write_now (int fd, const char *bytes, gsize length);

static void
send_off (GQueue *queue, const char *bytes, gsize length)
{
  Parcel *parcel = g_malloc (sizeof *parcel + length);

  parcel->due = g_get_monotonic_time () + way;
  parcel->length = length;
  memcpy (parcel->bytes, bytes, length);
  g_queue_push_tail (queue, parcel);
}

/* (nullable): the first of @queue if it has come to the end of its way. */
static Parcel *
receive (GQueue *queue)
{
  Parcel *first = g_queue_peek_head (queue);

  return first != NULL && first->due <= g_get_monotonic_time () ? g_queue_pop_head (queue) : NULL;
}

/* Lets time pass, up to @until, while parcels come and go; returns early when one
 * of them does. */
static void
pass_time (gint64 until)
{
  struct pollfd news = { .fd = heard_all ? -1 : in_fd, .events = POLLIN };
  const Parcel *next = g_queue_peek_head (&leaving);
  gint64 left = MIN (until, next != NULL ? next->due : until) - g_get_monotonic_time ();
  struct timespec timeout = { .tv_sec = (time_t) (MAX (left, 0) / G_USEC_PER_SEC),
                              .tv_nsec = (long) (MAX (left, 0) % G_USEC_PER_SEC) * 1000 };
  g_autofree Parcel *parcel = NULL;
  char block[65536];

  if (ppoll (&news, 1, &timeout, NULL) > 0)
    {
      ssize_t got = read (in_fd, block, sizeof block);

      heard_all = got <= 0;
      send_off (&arriving, block, heard_all ? 0 : (gsize) got);
    }
  parcel = receive (&leaving);
  if (parcel != NULL)
    write_now (out_fd, parcel->bytes, parcel->length);
}

/* On the clock of g_get_monotonic_time(): the slices of a frame do not add up late. */
static void
sleep_until (gint64 usec)
{
  struct timespec when = { .tv_sec = (time_t) (usec / G_USEC_PER_SEC),
                           .tv_nsec = (long) (usec % G_USEC_PER_SEC) * 1000 };

  if (way > 0)
    while (g_get_monotonic_time () < usec)
      pass_time (usec);
  else
    while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
      continue;
}

static void
sleep_ms (double ms)
{
  if (ms > 0)
    sleep_until (g_get_monotonic_time () + (gint64) (ms * 1000));
}

G_NORETURN static void
sit (void)
{
  for (;;)
    sleep_ms (LONG_MS);
}

/* What was said arrives before the end does. */
static void
say_good_bye (void)
{
  if (way > 0)
    sleep_until (g_get_monotonic_time () + way);
}

/* Notes for "report=PATH", in seconds: when the first frame was begun, when the last
 * one was rendered, what all of them took; and how many they were. */
static void
report (void)
{
  const char *path = get_value (modes, "report");
  g_autofree char *line = g_strdup_printf (
      "%.6f %.6f %.6f %d\n", (double) first_began / G_USEC_PER_SEC,
      (double) last_ended / G_USEC_PER_SEC, (double) rendering / G_USEC_PER_SEC, frames_rendered);
  int fd = path != NULL ? open (path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0666) : -1;

  if (fd >= 0)
    {
      write_now (fd, line, strlen (line));
      close (fd);
    }
}

G_NORETURN static void
quit (int status)
{
  guint8 byte = (guint8) status;

  if (stub < 0)
    _exit (status);
  close (in_fd);
  close (out_fd);
  close (err_fd);
  if (write (stub, &byte, 1) < 0)
    g_printerr ("A stub has left before its client\n");
  close (stub);
  pthread_exit (NULL);
}

/* Nobody is at the other end any more. */
G_NORETURN static void
hang_up (void)
{
  say_good_bye ();
  report ();
  if (get_value (modes, "ignore-term") != NULL || get_value (modes, "ignore-eof") != NULL)
    sit ();
  quit (0);
}

G_NORETURN static void
die_of_signal (int number)
{
  prctl (PR_SET_DUMPABLE, 0); /* no core dump */
  say_good_bye ();
  signal (number, SIG_DFL);
  raise (number);
  sit ();
}

/* As the kernel does it: first it counts, then it kills. */
G_NORETURN static void
die_of_memory (void)
{
  const char *path = g_getenv ("RUSHES_OOM_COUNTER");
  int fd = path != NULL ? open (path, O_RDWR) : -1;
  char text[64] = "";
  int kills = 0;

  if (fd >= 0)
    {
      lockf (fd, F_LOCK, 0);
      if (pread (fd, text, sizeof text - 1, 0) > 0)
        sscanf (text, "oom_kill %d", &kills);
      snprintf (text, sizeof text, "oom_kill %d\n", kills + 1);
      if (pwrite (fd, text, strlen (text), 0) < 0)
        quit (1);
    }
  die_of_signal (SIGKILL);
}

/* Leaves somebody behind who keeps our pipes open. */
static void
fork_grandchild (void)
{
  if (fork () == 0)
    {
      sleep_ms (LONG_MS);
      _exit (0);
    }
}

static void
write_now (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t written = write (fd, bytes, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          way = 0;
          hang_up ();
        }
      bytes += written;
      length -= (gsize) written;
    }
}

static void
write_all (int fd, const char *bytes, gsize length)
{
  if (way > 0 && fd == out_fd)
    send_off (&leaving, bytes, length);
  else
    write_now (fd, bytes, length);
}

static void
print (int fd, const char *text)
{
  write_all (fd, text, strlen (text));
}

G_NORETURN static void
babble (int fd)
{
  char block[65536];
  guint32 state = 1;

  for (gsize i = 0; i < sizeof block; i++)
    block[i] = (char) ((state = state * 1664525 + 1013904223) >> 24);
  for (;;)
    write_all (fd, block, sizeof block);
}

/* Pictures */

static guint32
get_crc (const guint8 *bytes, gsize length)
{
  static guint32 table[256];
  guint32 crc = G_MAXUINT32;

  for (guint32 i = 0; table[255] == 0 && i < 256; i++)
    {
      table[i] = i;
      for (int bit = 0; bit < 8; bit++)
        table[i] = (table[i] & 1 ? 0xedb88320 : 0) ^ (table[i] >> 1);
    }
  for (gsize i = 0; i < length; i++)
    crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8);
  return ~crc;
}

static void
append_number (GByteArray *png, guint32 number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (png, (const guint8 *) &number, sizeof number);
}

static void
append_chunk (GByteArray *png, const char *type, const guint8 *data, guint length)
{
  append_number (png, length);
  g_byte_array_append (png, (const guint8 *) type, 4);
  g_byte_array_append (png, data, length);
  append_number (png, get_crc (png->data + png->len - length - 4, length + 4));
}

/* As a zlib stream (RFC 1950) of blocks that are not compressed (RFC 1951, 3.2.4). */
static void
append_stored (GByteArray *stream, const guint8 *bytes, guint length)
{
  static const guint8 header[] = { 0x78, 0x01 };
  guint32 low = 1, high = 0; /* of the Adler-32 checksum */

  g_byte_array_append (stream, header, sizeof header);
  for (guint from = 0; from < length; from += MAX_STORED)
    {
      guint size = MIN (length - from, MAX_STORED);
      guint8 block[] = { from + size == length, (guint8) size, (guint8) (size >> 8), (guint8) ~size,
                         (guint8) (~size >> 8) };

      g_byte_array_append (stream, block, sizeof block);
      g_byte_array_append (stream, bytes + from, size);
    }
  for (guint i = 0; i < length; i++)
    {
      low = (low + bytes[i]) % ADLER_BASE;
      high = (high + low) % ADLER_BASE;
    }
  append_number (stream, high << 16 | low);
}

/* An RGBA picture in a colour that no other frame has. It is not compressed, so its size
 * can be foretold: a little more than 4 bytes a pixel. */
static GByteArray *
encode_picture (int frame, int width, int height)
{
  GByteArray *png = g_byte_array_new ();
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  guint stride = 1 + 4 * (guint) width, length = stride * (guint) height;
  guint32 pixel = GUINT32_TO_BE ((guint32) frame * 2654435761u << 8 | 0xff);
  guint32 header[] = { GUINT32_TO_BE (width), GUINT32_TO_BE (height),
                       GUINT32_TO_BE (0x08060000) /* 8 bits, RGBA */, 0 };

  g_byte_array_set_size (rows, length);
  rows->data[0] = 0; /* no filter */
  for (guint i = 1; i < stride; i += 4)
    memcpy (rows->data + i, &pixel, 4);
  for (guint i = stride; i < length; i += stride)
    memcpy (rows->data + i, rows->data, stride);
  append_stored (stream, rows->data, length);

  g_byte_array_append (png, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_chunk (png, "IHDR", (const guint8 *) header, 13);
  append_chunk (png, "IDAT", stream->data, stream->len);
  append_chunk (png, "IEND", NULL, 0);
  return png;
}

static void
append_little (GByteArray *bytes, guint64 number, guint length)
{
  for (guint i = 0; i < length; i++)
    {
      guint8 byte = (guint8) (number >> (8 * i));

      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
append_attribute (GByteArray *exr, const char *name, const char *type, GByteArray *value)
{
  g_byte_array_append (exr, (const guint8 *) name, (guint) strlen (name) + 1);
  g_byte_array_append (exr, (const guint8 *) type, (guint) strlen (type) + 1);
  append_little (exr, value->len, 4);
  g_byte_array_append (exr, value->data, value->len);
  g_byte_array_set_size (value, 0);
}

/* 32-bit floats that are the frame's number, not compressed. @channels are in the order
 * in which they are stored. */
static GByteArray *
encode_exr (int frame, int width, int height, const char *channels)
{
  GByteArray *exr = g_byte_array_new ();
  g_autoptr (GByteArray) value = g_byte_array_new ();
  float number = (float) frame;
  guint32 bits;
  guint line = (guint) strlen (channels) * 4 * (guint) width;

  memcpy (&bits, &number, sizeof bits);
  append_little (exr, 20000630, 4);
  append_little (exr, 2, 4);
  for (const char *channel = channels; *channel != '\0'; channel++)
    {
      const guint64 numbers[] = { 2, 0, 1, 1 };

      g_byte_array_append (value, (const guint8 *) channel, 1);
      append_little (value, 0, 1);
      for (guint i = 0; i < 4; i++)
        append_little (value, numbers[i], 4);
    }
  append_little (value, 0, 1);
  append_attribute (exr, "channels", "chlist", value);
  append_little (value, 0, 1);
  append_attribute (exr, "compression", "compression", value);
  for (guint i = 0; i < 2; i++)
    {
      append_little (value, 0, 8);
      append_little (value, (guint64) width - 1, 4);
      append_little (value, (guint64) height - 1, 4);
      append_attribute (exr, i == 0 ? "dataWindow" : "displayWindow", "box2i", value);
    }
  append_little (value, 0, 1);
  append_attribute (exr, "lineOrder", "lineOrder", value);
  append_little (exr, 0, 1);

  for (int y = 0, first = (int) exr->len + 8 * height; y < height; y++)
    append_little (exr, (guint64) first + (guint64) y * (8 + line), 8);
  for (int y = 0; y < height; y++)
    {
      append_little (exr, (guint64) y, 4);
      append_little (exr, line, 4);
      for (guint i = 0; i < line; i += 4)
        append_little (exr, bits, 4);
    }
  return exr;
}

static int
open_picture (const char *path)
{
  return open (path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
}

/* Replaces @path by @png, or by the first half of it; folders are made. */
static gboolean
write_picture (const char *path, GByteArray *png, gboolean whole)
{
  gsize length = whole ? png->len : png->len / 2;
  int fd = open_picture (path);
  ssize_t written;

  if (fd < 0 && errno == ENOENT)
    {
      g_autofree char *folder = g_path_get_dirname (path);

      g_mkdir_with_parents (folder, 0777);
      fd = open_picture (path);
    }
  if (fd < 0)
    return FALSE;

  written = write (fd, png->data, length);
  if (written >= 0 && (gsize) written < length)
    errno = ENOSPC;
  return close (fd) == 0 && written == (ssize_t) length;
}

/* What "A/depths" and "depths" are of the table; previews are pictures like frames. */
static guint
find_output (const char *key)
{
  const char *slash = strrchr (key, '/');

  for (guint i = 0; i < G_N_ELEMENTS (outputs); i++)
    if (g_str_equal (slash != NULL ? slash + 1 : key, outputs[i].key))
      return i;
  return 0;
}

static gboolean
write_pictures (JsonObject *files, int frame, int width, gboolean whole)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *name;
  gboolean done = TRUE;

  json_object_iter_init (&iter, files);
  while (done && json_object_iter_next (&iter, &key, &name))
    {
      const char *channels = outputs[find_output (key)].channels;
      g_autoptr (GByteArray) picture = channels != NULL
                                           ? encode_exr (frame, width, scene.height, channels)
                                           : encode_picture (frame, width, scene.height);
      g_autofree char *path = g_build_filename (scene.root, json_node_get_string (name), NULL);

      done = write_picture (path, picture, whole);
    }
  return done;
}

/* Of a PNG file; what else there may be is 1920 x 1080. */
static void
get_picture_size (const char *bytes, gsize length, int *width, int *height)
{
  guint32 size[2] = { GUINT32_TO_BE (1920), GUINT32_TO_BE (1080) };

  if (length >= 24 && memcmp (bytes, "\x89PNG", 4) == 0)
    memcpy (size, bytes + 16, sizeof size);
  *width = (int) CLAMP (GUINT32_FROM_BE (size[0]), 1, 65536);
  *height = (int) CLAMP (GUINT32_FROM_BE (size[1]), 1, 65536);
}

/* Messages */

static char *
quote (const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);

  return json_to_string (node, FALSE);
}

static void
send_body (GString *body)
{
  char header[48];

  g_snprintf (header, sizeof header,
              get_value (modes, "bad-header") != NULL ? "Content-Type: %zu\r\n\r\n"
                                                      : "Content-Length: %zu\r\n\r\n",
              body->len);
  g_string_prepend (body, header);
  write_all (out_fd, body->str, body->len);
}

static void
send_progress (int frame, double fraction)
{
  g_autoptr (GString) body = g_string_new ("{\"jsonrpc\":\"2.0\",\"method\":\"progress\",");

  g_string_append_printf (body, "\"params\":{\"frame\":%d,\"fraction\":%.4g}}", frame, fraction);
  send_body (body);
}

static double
get_param (JsonObject *params, const char *name, double fallback)
{
  JsonNode *node = json_object_get_member (params, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : fallback;
}

static const char *
get_text_param (JsonObject *params, const char *name, const char *fallback)
{
  JsonNode *node = json_object_get_member (params, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : fallback;
}

G_GNUC_PRINTF (3, 4)
static int
fail (GString *out, int code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_vprintf (out, format, arguments);
  va_end (arguments);
  return code;
}

/* Verbs */

/* Bytes; getrusage() would tell the peak of whoever started us. */
static double
get_memory (void)
{
  double pages = 0;

  if (get_value (scene.list, "memory") == NULL)
    {
      g_autofree char *statm = NULL;

      if (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL))
        sscanf (statm, "%*s %lf", &pages);
    }
  return get_number (scene.list, "memory", pages * (double) sysconf (_SC_PAGESIZE)) + memory_grown;
}

/* %NULL: it is on no cluster. */
static const char *
get_node (void)
{
  return g_getenv ("SLURMD_NODENAME");
}

static int
hello (JsonObject *params, GString *out)
{
  g_autofree char *host = quote (get_node () != NULL ? get_node () : g_get_host_name ());

  g_string_printf (out, "{\"blender\":\"" BLENDER_VERSION "\",\"pid\":%d,\"host\":%s,", getpid (),
                   host);
  g_string_append_printf (out, "\"memory\":%.0f}", get_memory ());
  return 0;
}

static int
release (JsonObject *params, GString *out)
{
  g_clear_pointer (&scene.root, g_free);
  g_string_printf (out, "{\"memory\":%.0f}", get_memory ());
  return 0;
}

/* Appends the member @member, a list of the values of all @key in the scene: texts, or
 * objects about files. */
static void
append_list (GString *out, const char *member, const char *key, gboolean are_files)
{
  char **list = scene.list;
  const char *value, *separator = "";

  g_string_append_printf (out, "\"%s\":[", member);
  while ((value = next_value (&list, key)) != NULL)
    {
      g_autofree char *words = quote (value);
      g_autofree char *base = g_path_get_basename (value);
      g_autofree char *name = quote (base);

      g_string_append (out, separator);
      if (are_files)
        g_string_append_printf (out, "{\"kind\":\"texture\",\"name\":%s,\"path\":%s}", name, words);
      else
        g_string_append (out, words);
      separator = ",";
    }
  g_string_append (out, "],");
}

/* Those of the scene, and one more perhaps. */
static void
append_warnings (GString *out, const char *more)
{
  append_list (out, "warnings", "warning", FALSE);
  if (more == NULL)
    return;

  g_string_truncate (out, out->len - strlen ("],"));
  g_string_append_printf (out, "%s\"%s\"],", g_str_has_suffix (out->str, "[") ? "" : ",", more);
}

static gboolean
are_scripts_allowed (JsonObject *params)
{
  return json_object_get_boolean_member_with_default (params, "allow_scripts", FALSE);
}

static int
load (JsonObject *params, GString *out)
{
  const char *path = get_text_param (params, "blend_file", "");
  const char *sha256 = get_text_param (params, "sha256", NULL);
  g_autofree char *contents = NULL;
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&scene.root, g_free);
  if (!g_file_get_contents (path, &contents, NULL, &error))
    return fail (out, ERROR_LOAD, "%s", error->message);
  if (!g_str_has_prefix (contents, MAGIC))
    return fail (out, ERROR_LOAD, "File format is not supported in file '%s'", path);

  found = g_compute_checksum_for_string (G_CHECKSUM_SHA256, contents, -1);
  if (are_scripts_allowed (params) && sha256 != NULL && g_strcmp0 (sha256, found) != 0)
    return fail (out, ERROR_CHANGED, "%s has changed since its scripts were allowed", path);

  g_free (scene.path);
  scene.path = g_strdup (path);
  g_strfreev (scene.list);
  scene.list = g_strsplit (contents + strlen (MAGIC), "\n", -1);
  scene.eventful = strstr (contents, "-frame=") != NULL || get_value (scene.list, "gate") != NULL;
  scene.start = (int) get_number (scene.list, "start", 1);
  scene.end = (int) get_number (scene.list, "end", 10);
  scene.step = (int) get_number (scene.list, "step", 1);
  scene.width = (int) get_number (scene.list, "width", 4);
  scene.height = (int) get_number (scene.list, "height", 4);

  if (get_value (scene.list, "load-ms") != NULL)
    print (err_fd, "slow to load\n");
  sleep_ms (get_number (scene.list, "load-ms", 0));
  if (strike ("load-crash", 0) != NULL)
    die_of_signal (SIGSEGV);
  if (strike ("load-oom", 0) != NULL)
    die_of_memory ();
  if (get_value (scene.list, "load-error") != NULL)
    return fail (out, ERROR_LOAD, "%s", get_value (scene.list, "load-error"));

  g_string_printf (out,
                   "{\"scene\":\"Scene\",\"start\":%d,\"end\":%d,\"step\":%d,\"fps\":%g,"
                   "\"width\":%d,\"height\":%d,\"engine\":\"CYCLES\",",
                   scene.start, scene.end, scene.step, get_number (scene.list, "fps", 24),
                   scene.width, scene.height);
  return 0;
}

static int
initialize (JsonObject *params, GString *out)
{
  int code = load (params, out);

  if (code != 0)
    return code;
  if (get_value (scene.list, "no-camera") != NULL)
    return fail (out, ERROR_NO_CAMERA, "The scene has no camera");
  if (get_value (scene.list, "at-home") != NULL && get_node () != NULL)
    return fail (out, ERROR_NOT_SHARED, "Node %s cannot read the scene %s", get_node (),
                 scene.path);

  scene.root = g_strdup (get_text_param (params, "root", "/"));
  scene.scripts = are_scripts_allowed (params);
  scene.includes = scene.debugs = 0;
  scene.all_cameras = FALSE;
  append_warnings (out, get_value (scene.list, "has-scripts") != NULL && !scene.scripts
                            ? "Scripts of the scene are blocked: rig.py"
                            : NULL);
  g_string_append (out, "\"has_camera\":true}");
  return 0;
}

/* The rest of the list, and which of them is the scene's own. */
static void
append_camera_names (GString *out)
{
  const char *text = get_value (scene.list, "cameras");
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "Camera", ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = quote (names[i]);

      g_string_append_printf (out, "%s%s", i > 0 ? "," : "", name);
    }
  g_string_append_printf (out, "],\"camera\":\"%s\",", names[0]);
}

static int
inspect (JsonObject *params, GString *out)
{
  g_autofree char *path = NULL;
  gboolean trusted = are_scripts_allowed (params);
  int code = load (params, out);

  if (code != 0)
    return code;

  path = quote (scene.path);
  append_warnings (out, NULL);
  g_string_append_printf (out, "\"path\":%s,", path);
  g_string_append (out, get_value (scene.list, "no-camera") != NULL
                            ? "\"cameras\":[],\"camera\":null,"
                            : "\"cameras\":[");
  if (get_value (scene.list, "no-camera") == NULL)
    append_camera_names (out);
  append_list (out, "missing", "missing", TRUE);
  if (get_value (scene.list, "has-scripts") == NULL)
    g_string_append (out, "\"has_scripts\":false,\"scripts\":[],\"blocked\":null,");
  else
    g_string_append_printf (out, "\"has_scripts\":true,\"scripts\":[\"rig.py\"],\"blocked\":%s,",
                            trusted ? "null" : "\"Text 'rig.py'\"");
  g_string_append (out, "\"blender\":\"" BLENDER_VERSION "\",\"saved_by\":\"3.4\","
                        "\"scenes\":[\"Scene\"],\"motion_blur\":false," STORED_AS ","
                        "\"samples\":128,\"denoising\":false,\"threads\":0,\"device\":\"CPU\","
                        "\"engines\":[\"BLENDER_EEVEE\",\"BLENDER_WORKBENCH\",\"CYCLES\"],"
                        "\"formats\":[\"JPEG\",\"OPEN_EXR\",\"OPEN_EXR_MULTILAYER\",\"PNG\"]}");
  return 0;
}

/* A picture of one colour, of the size that the real one would have. */
static int
preview (JsonObject *params, GString *out)
{
  const char *path = get_text_param (params, "path", "");
  const char *target = get_text_param (params, "target", "");
  double size = get_param (params, "size", 0), factor;
  g_autofree char *contents = NULL;
  g_autoptr (GByteArray) png = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  int width, height;

  if (!g_path_is_absolute (path) || !g_path_is_absolute (target))
    return fail (out, ERROR_PARAMS, "path and target must be absolute");
  if (!(size >= 16 && size <= 4096))
    return fail (out, ERROR_PARAMS, "size must be a whole number from 16 to 4096");
  if (!g_file_get_contents (path, &contents, &length, &error))
    return fail (out, ERROR_LOAD, "%s", error->message);

  get_picture_size (contents, length, &width, &height);
  factor = MIN (size / MAX (width, height), 1);
  png = encode_picture ((int) g_str_hash (path), MAX ((int) rint (width * factor), 1),
                        MAX ((int) rint (height * factor), 1));
  if (!write_picture (target, png, TRUE))
    return fail (out, ERROR_INTERNAL, "%s: %s", target, g_strerror (errno));
  g_string_printf (out, "{\"width\":%d,\"height\":%d}", width, height);
  return 0;
}

static int
set_resolution (JsonObject *params, GString *out)
{
  double width = get_param (params, "width", 0), height = get_param (params, "height", 0);

  if (!(width >= 4 && width <= 65536 && height >= 4 && height <= 65536))
    return fail (out, ERROR_PARAMS, "width and height must be whole numbers from 4 to 65536");

  scene.width = (int) width;
  scene.height = (int) height;
  g_string_printf (out, "{\"width\":%d,\"height\":%d}", scene.width, scene.height);
  return 0;
}

static int
image_settings (JsonObject *params, GString *out)
{
  g_string_printf (out, "{" STORED_AS ",\"width\":%d,\"height\":%d}", scene.width, scene.height);
  return 0;
}

static int
render_settings (JsonObject *params, GString *out)
{
  g_autofree char *engine = quote (get_text_param (params, "engine", "CYCLES"));
  gboolean denoising = json_object_get_boolean_member_with_default (params, "denoising", FALSE);

  g_string_printf (out, "{\"engine\":%s,\"samples\":%.0f,\"denoising\":%s,\"threads\":%.0f}",
                   engine, get_param (params, "samples", 128), denoising ? "true" : "false",
                   get_param (params, "threads", 0));
  return 0;
}

static int
include (JsonObject *params, const char *key)
{
  guint bit = 1u << find_output (key);

  scene.includes |= bit;
  if (json_object_get_boolean_member_with_default (params, "debug", FALSE))
    scene.debugs |= bit;
  return 0;
}

static int
include_frames (JsonObject *params, GString *out)
{
  return include (params, "frames");
}

static int
include_depths (JsonObject *params, GString *out)
{
  return include (params, "depths");
}

static int
include_normals (JsonObject *params, GString *out)
{
  return include (params, "normals");
}

static int
include_flows (JsonObject *params, GString *out)
{
  if (get_value (scene.list, "motion-blur") != NULL)
    return fail (out, ERROR_UNSUPPORTED, "Flows cannot be had with motion blur");
  return include (params, "flows");
}

static int
include_segmentations (JsonObject *params, GString *out)
{
  return include (params, "segmentations");
}

static int
use_all_cameras (JsonObject *params, GString *out)
{
  scene.all_cameras = TRUE;
  return 0;
}

/* The @i-th of "cameras=A,B", and the folder of what it sees; or %NULL. */
static char *
get_camera (guint i, const char **folder)
{
  const char *text = get_value (scene.list, "cameras");
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "Camera", ",", -1);

  if (i >= (scene.all_cameras ? g_strv_length (names) : 1))
    return NULL;
  *folder = scene.all_cameras ? "/" : "";
  return g_strdup (names[i]);
}

static void
append_output (GString *out, guint output, gboolean debug, const char *camera, const char *slash)
{
  gboolean is_exr = outputs[output].channels != NULL && !debug;
  const char *folder = *slash != '\0' ? camera : "", *mark = debug ? "debug_" : "";

  g_string_append_printf (out, "%s{\"key\":\"%s%s%s%s\",\"folder\":\"%s%s%s\",\"name\":\"%s%s\",",
                          out->str[out->len - 1] == '[' ? "" : ",", folder, slash, mark,
                          outputs[output].key, folder, slash, outputs[output].key, mark,
                          outputs[output].name);
  g_string_append_printf (out, "\"extension\":\"%s\",\"format\":\"%s\",%s",
                          is_exr ? ".exr" : ".png", is_exr ? "OPEN_EXR" : "PNG",
                          is_exr ? "\"codec\":\"ZIP\"," : "");
  g_string_append_printf (out, "\"width\":%d,\"height\":%d,\"camera\":\"%s\"}", scene.width,
                          scene.height, camera);
}

static int
list_outputs (JsonObject *params, GString *out)
{
  const char *slash;
  char *camera;

  g_string_assign (out, "{\"outputs\":[");
  for (guint i = 0; (camera = get_camera (i, &slash)) != NULL; i++)
    {
      for (guint output = 0; output < G_N_ELEMENTS (outputs); output++)
        {
          if ((scene.includes & 1u << output) != 0)
            append_output (out, output, FALSE, camera, slash);
          if ((scene.debugs & 1u << output) != 0)
            append_output (out, output, TRUE, camera, slash);
        }
      g_free (camera);
    }
  g_string_append (out, "]}");
  return 0;
}

/* It walks along x, one unit a frame; the second one does so at y = 1. A text for
 * each: its folder, its matrix, members of transforms.json, between tabs. */
static void
append_poses (GString *out, int frame)
{
  const char *slash;
  char *camera;
  double focal = 50 + (get_value (scene.list, "zoom") != NULL ? frame : 0);

  g_string_append (out, "\"poses\":[");
  for (guint i = 0; (camera = get_camera (i, &slash)) != NULL; i++)
    {
      g_string_append_printf (out, "%s\"%s\\t1.0 0.0 0.0 %d.0 0.0 1.0 0.0 %u 0.0 0.0 1.0 0.1",
                              i > 0 ? "," : "", *slash != '\0' ? camera : "", frame, i);
      g_string_append_printf (out, " 0.0 0.0 0.0 1.0\\t\\\"camera\\\": \\\"%s\\\"", camera);
      g_string_append_printf (out, "\\t\\\"w\\\": %d\\t\\\"h\\\": %d\\t\\\"c\\\": 4", scene.width,
                              scene.height);
      g_string_append_printf (out, "\\t\\\"fl_x\\\": %.17g\\t\\\"fl_y\\\": %.17g", focal * 64 / 36,
                              focal * 64 / 36);
      g_string_append_printf (out, "\\t\\\"cx\\\": %.17g\\t\\\"cy\\\": %.17g", scene.width / 2.0,
                              scene.height / 2.0);
      g_string_append_printf (out, "\\t\\\"lens\\\": %.17g\\t\\\"shift_x\\\": 1e-09\"", focal);
      g_free (camera);
    }
  g_string_append (out, "]");
}

static int
animation_range (JsonObject *params, GString *out)
{
  scene.start = (int) get_param (params, "start", scene.start);
  scene.end = (int) get_param (params, "end", scene.end);
  scene.step = (int) get_param (params, "step", scene.step);
  g_string_printf (out, "{\"start\":%d,\"end\":%d,\"step\":%d}", scene.start, scene.end,
                   scene.step);
  return 0;
}

static int
move_keyframes (JsonObject *params, GString *out)
{
  double scale = get_param (params, "scale", 1), shift = get_param (params, "shift", 0);
  /* rint() rounds half to even. */
  double start = rint (scene.start * scale + shift);
  double end = rint ((scene.end + 1) * scale + shift) - 1;

  if (!(scale > 0))
    return fail (out, ERROR_PARAMS, "scale must be above 0, not %g", scale);
  if (!(start >= 0 && start <= end && end <= LAST_FRAME))
    return fail (out, ERROR_RANGE, "Frames %.0f to %.0f: Blender's timeline has 0 to %d", start,
                 end, LAST_FRAME);

  scene.start = (int) start;
  scene.end = (int) end;
  g_string_printf (out, "{\"start\":%d,\"end\":%d,\"step\":%d,\"warnings\":[]}", scene.start,
                   scene.end, scene.step);
  return 0;
}

static int
devices (JsonObject *params, GString *out)
{
  g_string_assign (out, "{\"devices\":[{\"type\":\"cpu\",\"name\":\"Fake CPU\"},"
                        "{\"type\":\"optix\",\"name\":\"Fake GPU (Display)\"}]}");
  return 0;
}

/* More and more, until somebody puts an end to it. Not for ever, where nobody does. */
static void
take_memory (void)
{
  for (int i = 0; i < HOG_CHUNKS; i++)
    {
      char *chunk = g_malloc (HOG_CHUNK);

      memset (chunk, i + 1, HOG_CHUNK);
      sleep_ms (1);
    }
}

/* What strikes in the midst of a frame leaves half a picture behind. */
static void
break_down (JsonObject *files, int frame)
{
  const char *crash = strike ("crash-frame", frame), *leave = strike ("exit-frame", frame);
  const char *hang = strike ("hang-frame", frame), *garbage = strike ("garbage-frame", frame);
  const char *oom = strike ("oom-frame", frame), *hog = strike ("hog-frame", frame);

  if (hog != NULL)
    take_memory ();
  if (crash != NULL || leave != NULL || hang != NULL || garbage != NULL || oom != NULL)
    write_pictures (files, frame, scene.width, FALSE);
  if (crash != NULL)
    die_of_signal (SIGSEGV);
  if (leave != NULL)
    say_good_bye ();
  if (leave != NULL)
    quit (strchr (leave, ':') != NULL ? atoi (strchr (leave, ':') + 1) : 0);
  if (oom != NULL)
    die_of_memory ();
  if (hang != NULL)
    sit ();
  if (garbage != NULL)
    babble (out_fd);
}

/* From this frame on nothing ends before somebody makes a file beside the .blend. */
static void
wait_at_gate (int frame)
{
  g_autofree char *path = g_strconcat (scene.path, ".open", NULL);

  if (frame >= get_number (scene.list, "gate", LAST_FRAME + 1))
    for (int waited = 0; waited < LONG_MS && access (path, F_OK) != 0; waited += 10)
      sleep_ms (10);
}

static int
render_frame (JsonObject *params, GString *out)
{
  gint64 began = g_get_monotonic_time ();
  int frame = (int) get_param (params, "frame", -1);
  JsonNode *files = json_object_get_member (params, "files");
  int steps = 2 * ((int) get_number (scene.list, "progress", 0) + 1);
  double usec = get_frame_ms (frame) * 1000;
  g_autofree char *names = NULL;

  if (frame < 0 || files == NULL || !JSON_NODE_HOLDS_OBJECT (files))
    return fail (out, ERROR_PARAMS, "frame or files is missing");

  for (int step = 1; step <= steps; step++)
    {
      if (usec > 0 && (step % 2 == 0 || scene.eventful))
        sleep_until (began + (gint64) (usec * step / steps));
      if (step % 2 == 0 && step < steps)
        send_progress (frame, (double) step / steps);
      if (step == steps / 2)
        wait_at_gate (frame);
      if (step == steps / 2)
        break_down (json_node_get_object (files), frame);
    }
  if (!scene.scripts && strike ("blocked-frame", frame) != NULL)
    return fail (out, ERROR_SCRIPTS, "Error: out of paint; scripts of the scene are blocked");
  if (strike ("fail-frame", frame) != NULL)
    return fail (out, ERROR_RENDER, "Error: out of paint");
  if (strike ("memory-frame", frame) != NULL)
    return fail (out, ERROR_MEMORY, "System is out of GPU memory");
  if (strike ("locked-frame", frame) != NULL)
    return fail (out, ERROR_NOT_WRITABLE, "The output folder is gone");
  if (strike ("full-frame", frame) != NULL)
    return fail (out, ERROR_DISK_FULL, "No space is left in the output folder");
  if (strike ("no-file-frame", frame) == NULL)
    {
      int width = scene.width + (strike ("wrong-size-frame", frame) != NULL);
      gboolean whole = strike ("truncate-frame", frame) == NULL;

      if (!write_pictures (json_node_get_object (files), frame, width, whole))
        return fail (out, errno == ENOSPC ? ERROR_DISK_FULL : ERROR_RENDER, "%s: %s", scene.root,
                     g_strerror (errno));
    }

  last_ended = g_get_monotonic_time ();
  rendering += last_ended - began;
  if (frames_rendered++ == 0)
    first_began = began;
  memory_grown += get_number (scene.list, "memory-growth", 0);
  dying = frames_rendered >= get_number (scene.list, "die-after", G_MAXINT);
  names = json_to_string (files, FALSE);
  g_string_printf (out, "{\"frame\":%d,\"files\":%s,\"seconds\":%.6f,\"memory\":%.0f", frame, names,
                   (double) (last_ended - began) / G_USEC_PER_SEC, get_memory ());
  g_string_append_c (out, ',');
  append_poses (out, frame);
  if (strike ("huge-frame", frame) != NULL)
    {
      g_autofree char *padding = g_strnfill (HUGE_MESSAGE, 'x');

      g_string_append_printf (out, ",\"padding\":\"%s\"", padding);
    }
  if (strike ("black-frame", frame) != NULL)
    g_string_append (out, ",\"blank\":\"black\"");
  if (strike ("clear-frame", frame) != NULL)
    g_string_append (out, ",\"blank\":\"transparent\"");
  g_string_append_c (out, '}');
  return 0;
}

/* A verb without a function answers {}. */
static const struct
{
  const char *name;
  Verb verb;
  gboolean needs_scene;
} verbs[] = {
  { "render_frame", render_frame, TRUE },
  { "hello", hello, FALSE },
  { "check_access", NULL, FALSE },
  { "initialize", initialize, FALSE },
  { "inspect", inspect, FALSE },
  { "release", release, FALSE },
  { "preview", preview, FALSE },
  { "devices", devices, FALSE },
  { "use_device", NULL, TRUE },
  { "include_frames", include_frames, TRUE },
  { "include_depths", include_depths, TRUE },
  { "include_normals", include_normals, TRUE },
  { "include_flows", include_flows, TRUE },
  { "include_segmentations", include_segmentations, TRUE },
  { "outputs", list_outputs, TRUE },
  { "use_camera", NULL, TRUE },
  { "use_all_cameras", use_all_cameras, TRUE },
  { "set_resolution", set_resolution, TRUE },
  { "image_settings", image_settings, TRUE },
  { "render_settings", render_settings, TRUE },
  { "move_keyframes", move_keyframes, TRUE },
  { "animation_range", animation_range, TRUE },
  { "set_animation_range", animation_range, TRUE },
  { "use_animations", NULL, TRUE },
  { "use_motion_blur", NULL, TRUE },
  { "load_addons", NULL, FALSE },
  { "save_file", NULL, TRUE },
};

/* The conversation */

static int
call (const char *method, JsonObject *params, GString *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      if (!g_str_equal (verbs[i].name, method))
        continue;
      if (verbs[i].needs_scene && scene.root == NULL)
        return fail (out, ERROR_NO_SCENE, "No scene is loaded; initialize comes first");
      g_string_assign (out, "{}");
      return verbs[i].verb != NULL ? verbs[i].verb (params, out) : 0;
    }
  return fail (out, ERROR_METHOD, "There is no method '%s'", method);
}

static void
answer (JsonParser *parser, const char *body, gsize length)
{
  g_autoptr (GString) reply = g_string_new ("{\"jsonrpc\":\"2.0\",\"id\":");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (JsonObject) none = json_object_new ();
  g_autofree char *id = NULL;
  JsonObject *request = none;
  JsonNode *params;
  int code;

  if (get_value (modes, "huge-header") != NULL)
    for (print (out_fd, "X-Padding: ");;)
      print (out_fd, "once upon a midnight dreary, while I pondered, weak and weary, ");

  if (json_parser_load_from_data (parser, body, (gssize) length, NULL) &&
      JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    request = json_node_get_object (json_parser_get_root (parser));
  params = json_object_get_member (request, "params");
  code = request == none ? fail (out, ERROR_PARSE, "The message is not a JSON object")
                         : call (get_text_param (request, "method", ""),
                                 params != NULL && JSON_NODE_HOLDS_OBJECT (params)
                                     ? json_node_get_object (params)
                                     : none,
                                 out);
  if (json_object_has_member (request, "id"))
    id = json_to_string (json_object_get_member (request, "id"), FALSE);
  else if (request != none)
    return; /* a notification */

  g_string_append (reply, id != NULL ? id : "null");
  if (get_value (modes, "wrong-id") != NULL)
    g_string_append (reply, "00001");
  if (code == 0)
    g_string_append_printf (reply, ",\"result\":%s}", out->str);
  else
    {
      g_autofree char *words = quote (out->str);

      g_string_append_printf (reply, ",\"error\":{\"code\":%d,\"message\":%s}}", code, words);
    }
  if (get_value (modes, "bad-text") != NULL)
    g_string_overwrite (reply, reply->len - 1, ",\"half\":\"\\ud800\"}");
  if (get_value (modes, "bad-json") != NULL)
    g_string_overwrite (reply, reply->len - 1, "]");
  send_body (reply);
  if (dying)
    {
      say_good_bye ();
      quit (0);
    }
}

/* What has arrived: 0 bytes at the end. */
static ssize_t
read_parcel (char *block)
{
  g_autofree Parcel *parcel = NULL;

  while ((parcel = receive (&arriving)) == NULL)
    {
      const Parcel *next = g_queue_peek_head (&arriving);

      pass_time (next != NULL ? next->due : g_get_monotonic_time () + LONG_MS * 1000);
    }
  memcpy (block, parcel->bytes, parcel->length);
  return (ssize_t) parcel->length;
}

/* Makes at least @length bytes lie in @input. */
static void
read_up_to (GString *input, gsize length)
{
  char block[65536];

  while (input->len < length)
    {
      ssize_t got = way > 0 ? read_parcel (block) : read (in_fd, block, sizeof block);

      if (got == 0 || (got < 0 && errno != EINTR))
        hang_up ();
      if (got > 0)
        g_string_append_len (input, block, got);
    }
}

G_NORETURN static void
serve (void)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) input = g_string_new (NULL);

  for (;;)
    {
      const char *end, *field;
      gsize header, length;

      while ((end = g_strstr_len (input->str, (gssize) input->len, "\r\n\r\n")) == NULL)
        read_up_to (input, input->len + 1);
      field = g_strstr_len (input->str, end - input->str, "Content-Length:");
      if (field == NULL)
        quit (1);
      header = (gsize) (end - input->str) + 4;
      length = (gsize) g_ascii_strtoull (field + strlen ("Content-Length:"), NULL, 10);
      read_up_to (input, header + length);
      answer (parser, input->str + header, length);
      g_string_erase (input, 0, (gssize) (header + length));
    }
}

G_NORETURN static void
live (const char *token)
{
  g_autofree char *marker = NULL;

  way = (gint64) (get_number (modes, "way-ms", 0) * 1000);
  print (out_fd, "Blender " BLENDER_VERSION "\n");
  print (err_fd, "This Blender is a fake: it renders nothing\n");
  for (int i = 1; i <= get_number (modes, "log-lines", 0); i++)
    {
      g_autofree char *line = g_strdup_printf ("Line %d of the log\n", i);

      print (err_fd, line);
    }
  sleep_ms (get_number (modes, "start-ms", 0));
  if (get_value (modes, "exit") != NULL)
    quit ((int) get_number (modes, "exit", 0));
  if (get_value (modes, "signal") != NULL)
    die_of_signal ((int) get_number (modes, "signal", 0));
  if (get_value (modes, "garbage") != NULL)
    babble (out_fd);
  if (get_value (modes, "garbage-stderr") != NULL)
    babble (err_fd);
  if (get_value (modes, "no-marker") != NULL)
    sit ();
  if (token == NULL)
    {
      print (err_fd, "There is no --token TOKEN on the command line\n");
      quit (2);
    }

  marker = g_strdup_printf ("rushes-client %s\n", token);
  print (out_fd, marker);
  if (get_value (modes, "child") != NULL || get_value (modes, "exit-without-eof") != NULL)
    fork_grandchild ();
  if (get_value (modes, "exit-without-eof") != NULL)
    quit (0);
  if (get_value (modes, "close-stdout") != NULL)
    {
      close (out_fd);
      sit ();
    }
  serve ();
}

/* Crowds */

static void *
crowd_thread (void *data)
{
  int fds[3], *socket = data;
  char token[256] = "", control[CMSG_SPACE (sizeof fds)];
  struct iovec text = { token, sizeof token - 1 };
  struct msghdr message = {
    .msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
  };

  stub = *socket;
  g_free (socket);
  if (recvmsg (stub, &message, MSG_CMSG_CLOEXEC) <= 0 || CMSG_FIRSTHDR (&message) == NULL ||
      (message.msg_flags & MSG_CTRUNC) != 0)
    {
      /* It was killed before it could, or there are too many files. */
      close (stub);
      return NULL;
    }
  memcpy (fds, CMSG_DATA (CMSG_FIRSTHDR (&message)), sizeof fds);
  in_fd = fds[0];
  out_fd = fds[1];
  err_fd = fds[2];
  live (token);
}

/* Is the clients of all stubs that come to the socket at @path, until it is killed. */
static int
be_crowd (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
  pthread_attr_t attributes;
  pthread_t thread;

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (bind (listener, (struct sockaddr *) &address, sizeof address) != 0 ||
      listen (listener, SOMAXCONN) != 0)
    g_error ("%s: %s", path, g_strerror (errno));
  get_crc (NULL, 0);        /* makes its table, once for all threads */
  mallopt (M_ARENA_MAX, 2); /* hundreds that never meet would take new memory all the time */
  pthread_attr_init (&attributes);
  pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize (&attributes, STACK_BYTES);
  g_print ("ready\n");
  while ((client = accept4 (listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    if (pthread_create (&thread, &attributes, crowd_thread, g_memdup2 (&client, sizeof client)) !=
        0)
      g_error ("So many clients are too many");
  return 1;
}

int
main (int argc, char **argv)
{
  const char *token = NULL, *crowd = NULL;

  for (int i = 1; i < argc; i++)
    {
      if (g_str_equal (argv[i], "--version"))
        {
          print (out_fd, "Blender " BLENDER_VERSION "\n");
          return 0;
        }
      if (g_str_equal (argv[i], "--token"))
        token = argv[i + 1];
      if (g_str_equal (argv[i], "--crowd"))
        crowd = argv[i + 1];
    }

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  signal (SIGINT, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);
  modes = g_strsplit (g_getenv ("RUSHES_FAKE") != NULL ? g_getenv ("RUSHES_FAKE") : "", ",", -1);
  if (get_value (modes, "ignore-term") != NULL)
    signal (SIGTERM, SIG_IGN);
  if (crowd != NULL)
    return be_crowd (crowd);
  live (token);
}
