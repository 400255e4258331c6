using System.Text.Json.Serialization;

namespace PruneSearch.Data.Datasets;

/// <summary>The members of a COCO annotation file that matter here; all others are skipped.</summary>
internal sealed class CocoDocument
{
    public List<Image?>? Images { get; init; }

    public List<Annotation?>? Annotations { get; init; }

    public List<Category?>? Categories { get; init; }

    internal sealed class Image
    {
        [JsonConverter(typeof(IdentifierConverter))]
        public long? Id { get; init; }

        [JsonPropertyName("file_name"), JsonConverter(typeof(NameConverter))]
        public string? FileName { get; init; }

        [JsonConverter(typeof(SizeConverter))]
        public int? Width { get; init; }

        [JsonConverter(typeof(SizeConverter))]
        public int? Height { get; init; }
    }

    internal sealed class Annotation
    {
        [JsonPropertyName("image_id"), JsonConverter(typeof(IdentifierConverter))]
        public long? ImageId { get; init; }

        [JsonPropertyName("category_id"), JsonConverter(typeof(IdentifierConverter))]
        public long? CategoryId { get; init; }

        /// <summary>Empty for an annotation that has none (null or an empty list); <see langword="null"/> where the member is missing.</summary>
        [JsonConverter(typeof(BoxConverter))]
        public double[]? Bbox { get; init; }

        [JsonConverter(typeof(AreaConverter))]
        public double? Area { get; init; }

        [JsonPropertyName("iscrowd"), JsonConverter(typeof(FlagConverter))]
        public bool? IsCrowd { get; init; }

        [JsonConverter(typeof(FlagConverter))]
        public bool? Difficult { get; init; }
    }

    internal sealed class Category
    {
        [JsonConverter(typeof(IdentifierConverter))]
        public long? Id { get; init; }

        [JsonConverter(typeof(NameConverter))]
        public string? Name { get; init; }
    }
}
