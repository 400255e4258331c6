namespace PruneSearch.Tests;

/// <summary>
/// Real data and weights that lie beside the checkout, in <c>../shared</c>. They are not part of the project: a test that
/// needs them is skipped where they are absent, and fails there when <c>CI=true</c>.
/// </summary>
internal static class SharedData
{
    /// <summary>The trained weights, batch norms folded.</summary>
    public static string Weights => Require("weights/ssd_mobilenet_v2_oidv4.safetensors");

    /// <summary>Names of the outputs of the trained weights, background first.</summary>
    public static string Labels => Require("weights/ssd_mobilenet_v2_oidv4.labels.txt");

    /// <summary>Folder with train.json, val.json and images (COCO format).</summary>
    public static string Voc => Require("data/voc07-5class");

    /// <summary>Folder with ImageSets, Annotations and JPEGImages (Pascal VOC format).</summary>
    public static string Bccd => Require("data/bccd");

    /// <summary>A file or folder under <c>../shared</c>.</summary>
    public static string Require(string relative)
    {
        string? root = Root();
        string path = Path.Combine(root ?? "", relative);
        if (root is null || (!File.Exists(path) && !Directory.Exists(path)))
        {
            string reason = $"shared/{relative} does not lie beside the checkout";
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Assert.Skip(reason);
        }
        return path;
    }

    private static string? Root()
    {
        string shared = Environment.GetEnvironmentVariable("PRUNESEARCH_SHARED") ?? Path.Combine(Checkout.Root, "..", "shared");
        return Directory.Exists(shared) ? Path.GetFullPath(shared) : null;
    }
}
