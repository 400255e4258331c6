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
        public long? Id { get; init; }

        [JsonPropertyName("file_name")]
        public string? FileName { get; init; }

        public int? Width { get; init; }

        public int? Height { get; init; }
    }

    internal sealed class Annotation
    {
        [JsonPropertyName("image_id")]
        public long? ImageId { get; init; }

        [JsonPropertyName("category_id")]
        public long? CategoryId { get; init; }

        /// <summary>Empty for an annotation that has none (null or an empty list); <see langword="null"/> where the member is missing.</summary>
        public double[]? Bbox { get; init; }

        public double? Area { get; init; }

        [JsonPropertyName("iscrowd")]
        public bool? IsCrowd { get; init; }

        public bool? Difficult { get; init; }
    }

    internal sealed class Category
    {
        public long? Id { get; init; }

        public string? Name { get; init; }
    }
}
