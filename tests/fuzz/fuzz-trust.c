/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "rushes-trust.h"
#include "test-utils.h"

int LLVMFuzzerTestOneInput (const unsigned char *data, size_t size);

/* Trust takes paths as they are: these are the same in every run. */
#define BLEND   "scene.blend"
#define OTHER   "other.blend"
#define STORE   "trust.json"
#define CONTENT "BLENDER"

static char *folder; /* (owned): made once, removed at the end */

static void
remove_folder (void)
{
  g_clear_pointer (&folder, rushes_test_remove_folder);
}

static void
make_folder (void)
{
  const struct timespec times[] = { { .tv_sec = 1600000000 }, { .tv_sec = 1600000000 } };

  folder = rushes_test_make_folder ();
  g_assert_cmpint (chdir (folder), ==, 0);
  g_free (rushes_test_write (folder, BLEND, CONTENT));
  g_free (rushes_test_write (folder, OTHER, "BLENDER too"));
  g_assert_cmpint (utimensat (AT_FDCWD, BLEND, times, 0), ==, 0);
  atexit (remove_folder);
}

static gboolean
is_text (JsonObject *object, const char *member, const char *expected)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         g_strcmp0 (json_node_get_string (node), expected) == 0;
}

/* Whether the file says so, as another reader of it would find. */
static gboolean
is_said (const unsigned char *data, size_t size, const char *path, const char *hash)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root, *files = NULL;

  if (!json_parser_load_from_data (parser, (const char *) data, (gssize) size, NULL))
    return FALSE;
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    files = json_object_get_member (json_node_get_object (root), "files");
  if (files == NULL || !JSON_NODE_HOLDS_ARRAY (files))
    return FALSE;

  for (guint i = 0; i < json_array_get_length (json_node_get_array (files)); i++)
    {
      JsonNode *file = json_array_get_element (json_node_get_array (files), i);

      if (JSON_NODE_HOLDS_OBJECT (file) && is_text (json_node_get_object (file), "path", path) &&
          is_text (json_node_get_object (file), "sha256", hash))
        return TRUE;
    }
  return FALSE;
}

/* The file is what somebody has left of a list of trusted scenes. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autoptr (RushesTrust) trust = NULL;
  g_autoptr (RushesTrust) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *granted = NULL;
  int fd;

  if (folder == NULL)
    make_folder ();

  fd = g_open (STORE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  g_assert_true (g_close (fd, NULL));

  trust = rushes_trust_new (STORE);
  hash = rushes_trust_check (trust, BLEND);
  g_assert_true (hash == NULL || is_said (data, size, BLEND, hash));

  /* Whatever it was, it can be added to, and says no less of the others. */
  rushes_trust_grant (trust, OTHER, &error);
  g_assert_no_error (error);
  again = rushes_trust_new (STORE);
  granted = rushes_trust_check (again, OTHER);
  g_assert_nonnull (granted);
  g_clear_pointer (&granted, g_free);
  granted = rushes_trust_check (again, BLEND);
  g_assert_cmpstr (granted, ==, hash);
  return 0;
}
