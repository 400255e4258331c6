using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Searches;

/// <summary>What to do with annotated objects of a class that the detector shall not know.</summary>
public enum OtherClasses
{
    /// <summary>They are an error.</summary>
    Refuse,

    /// <summary>They are left out, with a warning.</summary>
    Ignore,
}

/// <summary>Where pictures and annotations come from. Paths are absolute.</summary>
public abstract record DataSource : IHasForms
{
    /// <summary>One form for each format, by the word after <c>format:</c>.</summary>
    public static SettingsForms Forms => new(
        "format",
        "Format of the annotations; `shapes` draws pictures of its own, `stored` names what was pushed.",
        SettingsForm.Of<Coco>("coco"),
        SettingsForm.Of<Voc>("voc"),
        SettingsForm.Of<Yolo>("yolo"),
        SettingsForm.Of<Shapes>("shapes"),
        SettingsForm.Of<Stored>("stored"));

    /// <summary>Bound of decoded training pictures kept in memory, in MiB.</summary>
    [Description("Memory for decoded training pictures, in MiB; 0 keeps none. It changes no result."), Range(0, 1 << 20)]
    public int CacheMib { get; init; } = 1024;

    /// <summary>Pictures that somebody annotated.</summary>
    public abstract record Annotated : DataSource
    {
        /// <summary>Class names in output order; <see langword="null"/> for those of the annotations.</summary>
        [Description("Class names in the order of the detector's outputs; those of the annotations when left out."), MinLength(1)]
        public IReadOnlyList<string>? Classes { get; init; }

        /// <summary>What happens to objects of other classes.</summary>
        [Description("What to do with objects of classes that are not in `classes`.")]
        public OtherClasses OtherClasses { get; init; }
    }

    /// <summary>COCO JSON.</summary>
    public sealed record Coco : Annotated
    {
        /// <summary>What is trained on.</summary>
        [Description("Training split.")]
        public required CocoSplit Train { get; init; }

        /// <summary>What is evaluated on.</summary>
        [Description("Validation split, on which mAP is computed.")]
        public required CocoSplit Validation { get; init; }

        /// <summary>For reports; <see langword="null"/> for none.</summary>
        [Description("Test split, which only `report` looks at; none when left out.")]
        public CocoSplit? Test { get; init; }
    }

    /// <summary>Pascal VOC folders.</summary>
    public sealed record Voc : Annotated
    {
        /// <summary>The folder with the others.</summary>
        [Description("Folder with `ImageSets`, `Annotations` and `JPEGImages`."), ExistingPath(Folder = true)]
        public required string Root { get; init; }

        /// <summary>What is trained on.</summary>
        [Description("Name of the training split's list under `ImageSets/Main`.")]
        public string Train { get; init; } = "train";

        /// <summary>What is evaluated on.</summary>
        [Description("Name of the validation split's list.")]
        public string Validation { get; init; } = "val";

        /// <summary>For reports; <see langword="null"/> for none.</summary>
        [Description("Name of the test split, which only `report` looks at; none when left out.")]
        public string? Test { get; init; }
    }

    /// <summary>YOLO text labels.</summary>
    public sealed record Yolo : Annotated
    {
        /// <summary>The folder with the others.</summary>
        [Description("Folder with `images/<split>`, `labels/<split>` and `classes.txt`."), ExistingPath(Folder = true)]
        public required string Root { get; init; }

        /// <summary>What is trained on.</summary>
        [Description("Name of the training split.")]
        public string Train { get; init; } = "train";

        /// <summary>What is evaluated on.</summary>
        [Description("Name of the validation split.")]
        public string Validation { get; init; } = "val";

        /// <summary>For reports; <see langword="null"/> for none.</summary>
        [Description("Name of the test split, which only `report` looks at; none when left out.")]
        public string? Test { get; init; }
    }

    /// <summary>Drawn shapes.</summary>
    public sealed record Shapes : DataSource
    {
        /// <summary>Pictures to train on.</summary>
        [Description("Pictures to draw for training."), Range(1, 100_000)]
        public int Train { get; init; } = 256;

        /// <summary>Pictures to evaluate on.</summary>
        [Description("Pictures to draw for validation."), Range(1, 100_000)]
        public int Validation { get; init; } = 64;

        /// <summary>Pictures for reports; <see langword="null"/> for none.</summary>
        [Description("Pictures to draw for testing, which only `report` looks at; none when left out."), Range(1, 100_000)]
        public int? Test { get; init; }

        /// <summary>All pictures are square.</summary>
        [Description("Edge of the pictures in pixels."), Range(64, 1024)]
        public int Size { get; init; } = 160;

        /// <summary>Equal seeds give equal pictures.</summary>
        [Description("Seed of the drawing."), Range(0, int.MaxValue)]
        public int Seed { get; init; } = 1;
    }

    /// <summary>Splits that were pushed into the checkpoint store, by their keys: the SHA-256 of their manifests, 64 lower-case hexadecimal digits.</summary>
    public sealed record Stored : DataSource
    {
        /// <summary>What is trained on.</summary>
        [Description("Key of the training split, as `data push` shows it: 64 lower-case hexadecimal digits.")]
        public required string Train { get; init; }

        /// <summary>What is evaluated on.</summary>
        [Description("Key of the validation split, on which mAP is computed.")]
        public required string Validation { get; init; }

        /// <summary>For reports; <see langword="null"/> for none.</summary>
        [Description("Key of the test split, which only `report` looks at; none when left out.")]
        public string? Test { get; init; }

        /// <summary>The keys that there are, by the setting that names them.</summary>
        public IEnumerable<(string Setting, string Key)> Keys() =>
            Test is null ? [("train", Train), ("validation", Validation)] : [("train", Train), ("validation", Validation), ("test", Test)];
    }
}

/// <summary>One split in COCO format.</summary>
public sealed record CocoSplit
{
    /// <summary>In COCO's JSON format.</summary>
    [Description("The JSON file."), ExistingPath]
    public required string Annotations { get; init; }

    /// <summary>Absolute once the search file is read.</summary>
    [Description("Folder that its file names are relative to."), ExistingPath(Folder = true)]
    public required string Images { get; init; }
}
