/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "rushes-accessible.h"
#include "rushes-error.h"
#include "rushes-setting-row.h"
#include "rushes-text.h"

/**
 * RushesSettingRow:
 *
 * One setting of the selected scenes: the file's own value, what overrides it,
 * and the way back. What is typed holds at once, for all of them; what cannot be
 * is marked where it is typed, with the reason, and the last good value holds.
 */
struct _RushesSettingRow
{
  AdwActionRow parent_instance;

  char *name;         /* (owned): which of the specs */
  GListModel *scenes; /* (owned) (nullable): of #RushesScene */
  const struct Spec *spec;
  GtkWidget *editor;
  GtkWidget *reset;
  GStrv values;  /* (owned) (nullable): what the items after the first stand for */
  char *problem; /* (owned) (nullable): why what is typed cannot be */
  gboolean updating;
  gboolean renewed; /* other scenes: what is typed was for those before */
};

enum
{
  PROP_0,
  PROP_NAME,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesSettingRow, rushes_setting_row, ADW_TYPE_ACTION_ROW)

static GParamSpec *properties[N_PROPS];

/* ---- The settings that there are ------------------------------------- */

typedef struct
{
  const char *value; /* (nullable): %NULL ends a list */
  const char *label;
} Choice;

typedef struct Spec
{
  const char *name;
  const char *title;
  const char *properties[3];                    /* of #RushesSettings, %NULL at the end */
  const Choice *choices;                        /* (nullable): %NULL: it is typed */
  char *(*get_file) (const RushesReport *file); /* the file's own value in words; or %NULL */
  const char *hint;                             /* (nullable): below a switch */
  const char *unset;                            /* (nullable): what there is without a choice */
  RushesOutputs output;                         /* the one that it switches, if any */
} Spec;

static const Choice formats[] = {
  { "PNG", "PNG" },
  { "JPEG", "JPEG" },
  { "OPEN_EXR", "OpenEXR" },
  { "OPEN_EXR_MULTILAYER", N_ ("OpenEXR, all layers") },
  { "TIFF", "TIFF" },
  { "WEBP", "WebP" },
  { "TARGA", "Targa" },
  { "BMP", "BMP" },
  { "HDR", "Radiance HDR" },
  { "DPX", "DPX" },
  { "CINEON", "Cineon" },
  { "JPEG2000", "JPEG 2000" },
  { NULL, NULL },
};

static const Choice depths[] = {
  { "8", N_ ("8 bit") },   { "10", N_ ("10 bit") }, { "12", N_ ("12 bit") },
  { "16", N_ ("16 bit") }, { "32", N_ ("32 bit") }, { NULL, NULL },
};

static const Choice modes[] = {
  { "BW", N_ ("Grey") },
  { "RGB", N_ ("Color") },
  { "RGBA", N_ ("Color and alpha") },
  { NULL, NULL },
};

static const Choice engines[] = {
  { "CYCLES", "Cycles" },
  { "EEVEE", "EEVEE" },
  { "WORKBENCH", "Workbench" },
  { NULL, NULL },
};

/* By the nicks of #RushesSwitch. */
static const Choice switches[] = {
  { "on", N_ ("On") },
  { "off", N_ ("Off") },
  { NULL, NULL },
};

static const Choice devices[] = {
  { "cpu", "CPU" },       { "cuda", "CUDA" },   { "optix", "OptiX" }, { "hip", "HIP" },
  { "oneapi", "oneAPI" }, { "metal", "Metal" }, { NULL, NULL },
};

static const Choice codecs[] = {
  { "ZIP", "ZIP" },
  { "ZIPS", "ZIPS" },
  { "PIZ", "PIZ" },
  { "RLE", "RLE" },
  { "NONE", N_ ("Not packed") },
  { "PXR24", N_ ("PXR24, with loss") },
  { "B44", N_ ("B44, with loss") },
  { "B44A", N_ ("B44A, with loss") },
  { "DWAA", N_ ("DWAA, with loss") },
  { "DWAB", N_ ("DWAB, with loss") },
  { NULL, NULL },
};

/* The file says which. */
static const Choice cameras[] = { { NULL, NULL } };

static char *
dup_label (const Choice *choices, const char *value)
{
  for (const Choice *choice = choices; value != NULL && choice->value != NULL; choice++)
    if (g_str_equal (choice->value, value))
      return g_strdup (_ (choice->label));
  return g_strdup (value);
}

static char *
file_resolution (const RushesReport *file)
{
  return rushes_text_size (file->width, file->height);
}

static char *
file_format (const RushesReport *file)
{
  return dup_label (formats, file->format);
}

static char *
file_depth (const RushesReport *file)
{
  return dup_label (depths, file->color_depth);
}

static char *
file_mode (const RushesReport *file)
{
  return dup_label (modes, file->color_mode);
}

static char *
file_scale (const RushesReport *file)
{
  return g_strdup ("1");
}

static char *
file_shift (const RushesReport *file)
{
  return g_strdup ("0");
}

static char *
file_frames (const RushesReport *file)
{
  if (file->step > 1)
    return g_strdup_printf ("%d-%dx%u", file->start, file->end, file->step);
  return g_strdup_printf ("%d-%d", file->start, file->end);
}

static char *
file_engine (const RushesReport *file)
{
  if (g_str_has_prefix (file->engine, "BLENDER_EEVEE"))
    return g_strdup ("EEVEE");
  if (g_str_equal (file->engine, "BLENDER_WORKBENCH"))
    return g_strdup ("Workbench");
  return dup_label (engines, file->engine);
}

static char *
file_samples (const RushesReport *file)
{
  return file->samples > 0 ? g_strdup_printf ("%u", file->samples) : NULL;
}

static char *
file_denoising (const RushesReport *file)
{
  return g_strdup (file->denoising ? _ ("On") : _ ("Off"));
}

static char *
file_motion_blur (const RushesReport *file)
{
  return g_strdup (file->motion_blur ? _ ("On") : _ ("Off"));
}

static char *
file_camera (const RushesReport *file)
{
  return g_strdup (file->camera);
}

static char *
file_device (const RushesReport *file)
{
  return g_strdup (file->device);
}

static char *
file_animations (const RushesReport *file)
{
  return g_strdup (_ ("On"));
}

static char *
file_threads (const RushesReport *file)
{
  return file->threads > 0 ? g_strdup_printf ("%u", file->threads)
                           : g_strdup (C_ ("number of threads", "All"));
}

static char *
file_addons (const RushesReport *file)
{
  return g_strdup (C_ ("add-ons", "None"));
}

static const Spec specs[] = {
  { "resolution", N_ ("Resolution"), { "width", "height" }, .get_file = file_resolution },
  { "format", N_ ("Format"), { "format" }, .choices = formats, .get_file = file_format },
  { "color-depth",
    N_ ("Color Depth"),
    { "color-depth" },
    .choices = depths,
    .get_file = file_depth },
  { "color-mode", N_ ("Channels"), { "color-mode" }, .choices = modes, .get_file = file_mode },
  { "keyframe-scale", N_ ("Keyframe Scale"), { "keyframe-scale" }, .get_file = file_scale },
  { "keyframe-shift", N_ ("Keyframe Shift"), { "keyframe-shift" }, .get_file = file_shift },
  { "frames", N_ ("Frames"), { "frames" }, .get_file = file_frames },
  { "animations",
    N_ ("Animations"),
    { "animations" },
    .choices = switches,
    .get_file = file_animations },
  { "engine", N_ ("Engine"), { "engine" }, .choices = engines, .get_file = file_engine },
  { "samples", N_ ("Samples"), { "samples" }, .get_file = file_samples },
  { "denoising",
    N_ ("Denoising"),
    { "denoising" },
    .choices = switches,
    .get_file = file_denoising },
  { "motion-blur",
    N_ ("Motion Blur"),
    { "motion-blur" },
    .choices = switches,
    .get_file = file_motion_blur },
  { "threads", N_ ("Threads"), { "threads" }, .get_file = file_threads },
  { "addons", N_ ("Add-Ons"), { "addons" }, .get_file = file_addons },
  { "camera", N_ ("Camera"), { "camera" }, .choices = cameras, .get_file = file_camera },
  { "device", N_ ("Device"), { "device" }, .choices = devices, .get_file = file_device },
  { "exr-codec",
    N_ ("EXR Codec"),
    { "exr-codec" },
    .choices = codecs,
    .unset = N_ ("Automatic, without loss") },
  { "all-cameras",
    N_ ("All Cameras"),
    { "all-cameras" },
    .hint = N_ ("Each with files of its own, in a folder of its name") },
  { "include-frames",
    N_ ("Pictures"),
    { "outputs" },
    .hint = N_ ("The frames themselves"),
    .output = RUSHES_OUTPUTS_FRAMES },
  { "include-depths",
    N_ ("Depth"),
    { "outputs" },
    .hint = N_ ("How far away things are, in the scene’s units"),
    .output = RUSHES_OUTPUTS_DEPTHS },
  { "include-normals",
    N_ ("Normals"),
    { "outputs" },
    .hint = N_ ("Which way surfaces face, as the camera sees it"),
    .output = RUSHES_OUTPUTS_NORMALS },
  { "include-flows",
    N_ ("Optical Flow"),
    { "outputs" },
    .hint = N_ ("How far things move to the next frame and from the last one, in pixels"),
    .output = RUSHES_OUTPUTS_FLOWS },
  { "include-segmentations",
    N_ ("Segmentation"),
    { "outputs" },
    .hint = N_ ("A number for each object; Cycles only"),
    .output = RUSHES_OUTPUTS_SEGMENTATIONS },
  { "debug-previews",
    N_ ("Previews"),
    { "debug-previews" },
    .hint = N_ ("A color picture of each output that is none") },
};

/* Nothing that the file could decide about itself. */
static gboolean
is_switch (const Spec *spec)
{
  return spec->hint != NULL;
}

/* ---- Values as text -------------------------------------------------- */

static gboolean
get_output (const Spec *spec, RushesSettings *settings)
{
  RushesOutputs outputs;

  g_object_get (settings, "outputs", &outputs, NULL);
  return (outputs & spec->output) != 0;
}

static void
set_output (const Spec *spec, RushesSettings *settings, gboolean on)
{
  RushesOutputs outputs;

  g_object_get (settings, "outputs", &outputs, NULL);
  g_object_set (settings, "outputs", on ? outputs | spec->output : outputs & ~spec->output, NULL);
}

/* Unset: %NULL. */
static char *
get_text (const Spec *spec, RushesSettings *settings)
{
  const char *name = spec->properties[0];
  g_auto (GValue) value = G_VALUE_INIT;

  if (spec->output != 0)
    return get_output (spec, settings) ? g_strdup ("on") : NULL;
  if (!rushes_settings_is_set (settings, name))
    return NULL;
  if (spec->properties[1] != NULL)
    {
      guint width, height;

      g_object_get (settings, spec->properties[0], &width, spec->properties[1], &height, NULL);
      return rushes_text_size (width, height);
    }

  g_object_get_property (G_OBJECT (settings), name, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    return g_value_dup_string (&value);
  if (G_VALUE_HOLDS_UINT (&value))
    return g_strdup_printf ("%u", g_value_get_uint (&value));
  if (G_VALUE_HOLDS_DOUBLE (&value))
    {
      char buffer[G_ASCII_DTOSTR_BUF_SIZE];

      return g_strdup (
          g_ascii_formatd (buffer, sizeof buffer, "%.10g", g_value_get_double (&value)));
    }
  if (G_VALUE_HOLDS_BOOLEAN (&value))
    return g_strdup (g_value_get_boolean (&value) ? "on" : "off");
  g_assert (G_VALUE_HOLDS_ENUM (&value));
  return g_strdup (g_value_get_enum (&value) == RUSHES_SWITCH_ON ? "on" : "off");
}

static gboolean
set_resolution (RushesSettings *settings, const char *text, GError **error)
{
  guint width, height;
  g_autofree char *digits = g_strdup (text);
  char rest;

  /* People write 1920x1080, 1920 × 1080, 1920 1080. */
  for (char *byte = digits; *byte != '\0'; byte++)
    if (!g_ascii_isdigit (*byte))
      *byte = ' ';
  if (sscanf (digits, "%7u %7u %c", &width, &height, &rest) != 2 || width > 65536 || height > 65536)
    {
      g_set_error (error, RUSHES_ERROR, RUSHES_ERROR_INVALID,
                   _ ("Width and height in pixels, 4 to 65536, as in 1920 × 1080"));
      return FALSE;
    }
  g_object_set (settings, "width", width, "height", height, NULL);
  return TRUE;
}

/* %NULL: back to the file's own value. */
static gboolean
set_text (const Spec *spec, RushesSettings *settings, const char *text, GError **error)
{
  const char *name = spec->properties[0];
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), name);

  if (spec->output != 0)
    {
      set_output (spec, settings, text != NULL);
      return TRUE;
    }
  if (text == NULL)
    {
      for (guint i = 0; spec->properties[i] != NULL; i++)
        rushes_settings_reset (settings, spec->properties[i]);
      return TRUE;
    }
  if (spec->properties[1] != NULL)
    return set_resolution (settings, text, error);
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    {
      g_object_set (settings, name, g_str_equal (text, "on"), NULL);
      return TRUE;
    }
  if (G_IS_PARAM_SPEC_ENUM (pspec))
    {
      g_object_set (settings, name, g_str_equal (text, "on") ? RUSHES_SWITCH_ON : RUSHES_SWITCH_OFF,
                    NULL);
      return TRUE;
    }
  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    {
      /* Half the world types 0,5. */
      g_autofree char *number = g_strdelimit (g_strdup (text), ",", '.');

      return rushes_settings_set_text (settings, name, number, error);
    }
  return rushes_settings_set_text (settings, name, text, error);
}

/* ---- Scenes ---------------------------------------------------------- */

static guint
count_scenes (RushesSettingRow *self)
{
  return self->scenes != NULL ? g_list_model_get_n_items (self->scenes) : 0;
}

/* What all scenes have; %NULL with @mixed where they differ. */
static char *
get_common_text (RushesSettingRow *self, gboolean *mixed)
{
  g_autofree char *common = NULL;

  *mixed = FALSE;
  for (guint i = 0; i < count_scenes (self); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);
      g_autofree char *text = get_text (self->spec, rushes_scene_get_settings (scene));

      if (i == 0)
        common = g_steal_pointer (&text);
      else if (g_strcmp0 (text, common) != 0)
        {
          *mixed = TRUE;
          return NULL;
        }
    }
  return g_steal_pointer (&common);
}

static char *
get_common_file_text (RushesSettingRow *self)
{
  g_autofree char *common = NULL;

  for (guint i = 0; self->spec->get_file != NULL && i < count_scenes (self); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);
      const RushesReport *report = rushes_scene_get_report (scene);
      g_autofree char *text = report != NULL ? self->spec->get_file (report) : NULL;

      if (text == NULL || (i > 0 && g_strcmp0 (text, common) != 0))
        return NULL;
      if (i == 0)
        common = g_steal_pointer (&text);
    }
  return g_steal_pointer (&common);
}

/* Gives all scenes what one has. */
static void
spread (RushesSettingRow *self, RushesSettings *from, const char *name)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (G_OBJECT (from), name, &value);
  for (guint i = 0; i < count_scenes (self); i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);

      g_object_set_property (G_OBJECT (rushes_scene_get_settings (scene)), name, &value);
    }
}

/* Would the first @n scenes take it? Tried on copies. Returns: (nullable): the copy of
 * the first one */
static RushesSettings *
try_text (RushesSettingRow *self, const char *text, guint n, GError **error)
{
  RushesSettings *first = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);
      g_autoptr (RushesSettings) copy = rushes_settings_copy (rushes_scene_get_settings (scene));

      if (!set_text (self->spec, copy, text, error) || !rushes_settings_check (copy, error))
        {
          g_clear_object (&first);
          return NULL;
        }
      if (i == 0)
        first = g_steal_pointer (&copy);
    }
  return first;
}

/* All scenes take it, or none. */
static void
apply (RushesSettingRow *self, const char *text)
{
  g_autoptr (RushesSettings) copy = NULL;
  g_autoptr (GError) error = NULL;
  guint n = count_scenes (self);

  if (self->updating || n == 0)
    return;

  g_clear_pointer (&self->problem, g_free);
  /* What it means for an output depends on what else each scene writes. */
  copy = try_text (self, text, self->spec->output != 0 ? n : 1, &error);
  if (copy == NULL)
    self->problem = g_strdup (error->message);
  for (guint i = 0; copy != NULL && self->spec->output != 0 && i < n; i++)
    {
      g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, i);

      set_output (self->spec, rushes_scene_get_settings (scene), text != NULL);
    }
  for (guint i = 0; copy != NULL && self->spec->output == 0 && self->spec->properties[i] != NULL;
       i++)
    spread (self, copy, self->spec->properties[i]);
  rushes_setting_row_refresh (self);
}

/* ---- Editors --------------------------------------------------------- */

static void
entry_changed_cb (RushesSettingRow *self)
{
  g_autofree char *text =
      g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->editor))));

  apply (self, *text != '\0' ? text : NULL);
}

static void
selected_cb (RushesSettingRow *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->editor));

  if (selected != GTK_INVALID_LIST_POSITION)
    apply (self, selected > 0 ? self->values[selected - 1] : NULL);
}

static void
active_cb (RushesSettingRow *self)
{
  gboolean active = gtk_switch_get_active (GTK_SWITCH (self->editor));
  g_autofree char *text = NULL;
  gboolean mixed;

  /* Put back, as the scenes cannot be so: that is no wish of the user. */
  text = get_common_text (self, &mixed);
  if (active != (text != NULL))
    apply (self, active ? "on" : NULL);
}

static void
reset_cb (RushesSettingRow *self)
{
  if (GTK_IS_ENTRY (self->editor))
    gtk_editable_set_text (GTK_EDITABLE (self->editor), "");
  apply (self, NULL);
  /* The button goes away; the keyboard must not. */
  gtk_widget_grab_focus (self->editor);
}

static GtkWidget *
make_editor (RushesSettingRow *self)
{
  GtkWidget *editor;

  if (is_switch (self->spec))
    {
      editor = gtk_switch_new ();
      g_signal_connect_swapped (editor, "notify::active", G_CALLBACK (active_cb), self);
    }
  else if (self->spec->choices != NULL)
    {
      editor = gtk_drop_down_new (NULL, NULL);
      g_signal_connect_swapped (editor, "notify::selected", G_CALLBACK (selected_cb), self);
    }
  else
    {
      editor = gtk_entry_new ();
      gtk_editable_set_width_chars (GTK_EDITABLE (editor), 10);
      gtk_editable_set_max_width_chars (GTK_EDITABLE (editor), 14);
      gtk_editable_set_alignment (GTK_EDITABLE (editor), 1);
      /* Numbers and ranges of them, which go from left to right everywhere. */
      gtk_widget_set_direction (editor, GTK_TEXT_DIR_LTR);
      g_signal_connect_swapped (editor, "changed", G_CALLBACK (entry_changed_cb), self);
    }
  gtk_widget_set_valign (editor, GTK_ALIGN_CENTER);
  return editor;
}

static gboolean
is_same_list (GListModel *one, GListModel *other)
{
  guint n = one != NULL ? g_list_model_get_n_items (one) : 0;

  if (one == NULL || n != g_list_model_get_n_items (other))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (one), i),
                      gtk_string_list_get_string (GTK_STRING_LIST (other), i)))
      return FALSE;
  return TRUE;
}

/* What else can be chosen is for the first scene to say, and so is @text, which
 * another program may have set. */
static void
add_cameras (RushesSettingRow *self, const char *text, GStrvBuilder *values, GtkStringList *list)
{
  g_autoptr (RushesScene) scene = g_list_model_get_item (self->scenes, 0);
  const RushesReport *report = scene != NULL ? rushes_scene_get_report (scene) : NULL;
  gboolean known = text == NULL;

  for (guint i = 0; report != NULL && report->cameras != NULL && report->cameras[i] != NULL; i++)
    {
      g_strv_builder_add (values, report->cameras[i]);
      gtk_string_list_append (list, report->cameras[i]);
      known = known || g_str_equal (text, report->cameras[i]);
    }
  if (!known)
    {
      g_strv_builder_add (values, text);
      gtk_string_list_append (list, text);
    }
}

/* From the file, then the choices; in the words of the scenes at hand. */
static void
refresh_choices (RushesSettingRow *self, const char *text, const char *file, gboolean mixed)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  const Choice *choices = self->spec->choices;
  g_autofree char *first = self->spec->unset != NULL ? g_strdup (_ (self->spec->unset))
                           : file != NULL            ? g_strdup_printf (_ ("From file (%s)"), file)
                                                     : g_strdup (_ ("From file"));
  guint selected = text == NULL ? 0 : GTK_INVALID_LIST_POSITION;

  gtk_string_list_append (list, first);
  for (guint i = 0; choices[i].value != NULL; i++)
    {
      g_strv_builder_add (values, choices[i].value);
      gtk_string_list_append (list, _ (choices[i].label));
    }
  if (choices == cameras && count_scenes (self) > 0)
    add_cameras (self, text, values, list);
  g_strfreev (self->values);
  self->values = g_strv_builder_end (values);
  for (guint i = 0; text != NULL && self->values[i] != NULL; i++)
    if (g_ascii_strcasecmp (text, self->values[i]) == 0)
      selected = i + 1;

  /* A list that is open must not be exchanged for an equal one. */
  if (!is_same_list (gtk_drop_down_get_model (GTK_DROP_DOWN (self->editor)), G_LIST_MODEL (list)))
    gtk_drop_down_set_model (GTK_DROP_DOWN (self->editor), G_LIST_MODEL (list));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->editor),
                              mixed ? GTK_INVALID_LIST_POSITION : selected);
}

/* Is what is typed just another way to write what holds? */
static gboolean
says (RushesSettingRow *self, const char *typed, const char *text)
{
  g_autoptr (RushesSettings) settings = rushes_settings_new ();
  g_autofree char *said = NULL;

  if (*typed == '\0' || text == NULL)
    return *typed == '\0' && text == NULL;
  if (!set_text (self->spec, settings, typed, NULL))
    return FALSE;
  said = get_text (self->spec, settings);
  /* A value that is the default's counts as unset. */
  return g_strcmp0 (said, text) == 0;
}

static void
refresh_entry (RushesSettingRow *self, const char *text, const char *file, gboolean mixed)
{
  g_autofree char *typed =
      g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->editor))));
  gboolean editing = !self->renewed &&
                     (gtk_widget_get_state_flags (self->editor) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;

  gtk_entry_set_placeholder_text (GTK_ENTRY (self->editor), mixed          ? _ ("Several values")
                                                            : file != NULL ? file
                                                                           : "");
  if (self->problem != NULL)
    gtk_widget_add_css_class (self->editor, "error");
  else
    gtk_widget_remove_css_class (self->editor, "error");
  /* Nobody wants the text to change under the cursor. */
  if (self->problem == NULL && !editing && !says (self, typed, text))
    gtk_editable_set_text (GTK_EDITABLE (self->editor), text != NULL ? text : "");
}

/**
 * rushes_setting_row_refresh:
 * @self: a row
 *
 * Shows what the scenes have now.
 */
void
rushes_setting_row_refresh (RushesSettingRow *self)
{
  g_autofree char *text = NULL;
  g_autofree char *file = NULL;
  g_autofree char *subtitle = NULL;
  gboolean mixed;

  g_return_if_fail (RUSHES_IS_SETTING_ROW (self));

  text = get_common_text (self, &mixed);
  file = get_common_file_text (self);
  self->updating = TRUE;
  if (is_switch (self->spec))
    gtk_switch_set_active (GTK_SWITCH (self->editor), g_strcmp0 (text, "on") == 0);
  else if (self->spec->choices != NULL)
    refresh_choices (self, text, file, mixed);
  else
    refresh_entry (self, text, file, mixed);
  self->updating = FALSE;
  self->renewed = FALSE;

  if (self->problem != NULL)
    subtitle = g_strdup (self->problem);
  else if (is_switch (self->spec))
    subtitle = g_strdup (_ (self->spec->hint));
  else if ((text != NULL || mixed) && file != NULL)
    subtitle = g_strdup_printf (_ ("From file: %s"), file);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle != NULL ? subtitle : "");
  gtk_widget_set_visible (self->reset, !is_switch (self->spec) &&
                                           (text != NULL || mixed || self->problem != NULL));
}

/**
 * rushes_setting_row_set_scenes:
 * @self: a row
 * @scenes: (nullable): the scenes that are edited; the caller tells when it or
 *   they change
 *
 * They are shown by the next rushes_setting_row_refresh().
 */
void
rushes_setting_row_set_scenes (RushesSettingRow *self, GListModel *scenes)
{
  g_return_if_fail (RUSHES_IS_SETTING_ROW (self));

  g_set_object (&self->scenes, scenes);
  g_clear_pointer (&self->problem, g_free);
  self->renewed = TRUE;
}

/* ---- The object ------------------------------------------------------ */

static void
rushes_setting_row_constructed (GObject *object)
{
  RushesSettingRow *self = RUSHES_SETTING_ROW (object);
  g_autofree char *label = NULL;

  G_OBJECT_CLASS (rushes_setting_row_parent_class)->constructed (object);

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    if (g_strcmp0 (specs[i].name, self->name) == 0)
      self->spec = &specs[i];
  g_assert (self->spec != NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ (self->spec->title));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);

  self->reset = gtk_button_new_from_icon_name ("edit-undo-symbolic");
  gtk_widget_set_valign (self->reset, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->reset, "flat");
  gtk_widget_set_tooltip_text (self->reset, _ ("Use the File’s Own Value"));
  label = g_strdup_printf (_ ("Reset %s"), _ (self->spec->title));
  rushes_accessible_label (self->reset, label);
  gtk_widget_set_visible (self->reset, FALSE);
  g_signal_connect_swapped (self->reset, "clicked", G_CALLBACK (reset_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->reset);

  self->editor = make_editor (self);
  rushes_accessible_label (self->editor, _ (self->spec->title));
  if (GTK_IS_DROP_DOWN (self->editor))
    rushes_accessible_label_part (self->editor, GTK_TYPE_TOGGLE_BUTTON, _ (self->spec->title));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->editor);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->editor);
}

static void
rushes_setting_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesSettingRow *self = RUSHES_SETTING_ROW (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_setting_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesSettingRow *self = RUSHES_SETTING_ROW (object);

  switch (id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_setting_row_finalize (GObject *object)
{
  RushesSettingRow *self = RUSHES_SETTING_ROW (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->values, g_strfreev);
  g_clear_pointer (&self->problem, g_free);
  g_clear_object (&self->scenes);

  G_OBJECT_CLASS (rushes_setting_row_parent_class)->finalize (object);
}

static void
rushes_setting_row_class_init (RushesSettingRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = rushes_setting_row_constructed;
  object_class->get_property = rushes_setting_row_get_property;
  object_class->set_property = rushes_setting_row_set_property;
  object_class->finalize = rushes_setting_row_finalize;

  /**
   * RushesSettingRow:setting:
   *
   * Which setting: "resolution", or the name of a property of #RushesSettings.
   */
  properties[PROP_NAME] =
      g_param_spec_string ("setting", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
rushes_setting_row_init (RushesSettingRow *self)
{
}
