using System.Text.RegularExpressions;

namespace PruneSearch.Tests.Stages;

/// <summary>A family of detectors is a folder and a line that registers it: nothing else knows its name.</summary>
public sealed partial class FamilyNamesTests
{
    private const string Detectors = "src/PruneSearch.Core/Detectors/", Registration = Detectors + "DetectorCatalog.cs";

    // What a paper called its augmentations is called so here; in the settings, each by the paper's name in brackets.
    private const string Augmentations = "src/PruneSearch.Data/Augmentation/", Settings = "src/PruneSearch.Core/Stages/FineTuneSettings.cs";

    // What users read about the package, and lists of names that are made by a tool.
    private static readonly string[] Named = ["src/PACKAGE.md", "PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"];
    private static readonly string[] Families = ["Ssd/", "RetinaNet/", "Yolox/"];

    [Fact]
    public void Only_a_familys_folder_and_its_registration_name_it()
    {
        string source = Path.Combine(Checkout.Root, "src");
        var named = new List<string>();
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(Checkout.Root, file).Replace('\\', '/');
            if (path == Registration || path.Contains("/obj/", StringComparison.Ordinal) || path.StartsWith(Augmentations, StringComparison.Ordinal)
                || Families.Any(f => path.StartsWith(Detectors + f, StringComparison.Ordinal)) || Named.Any(path.EndsWith))
            {
                continue;
            }
            named.AddRange(File.ReadLines(file).Select((text, i) => (text, i))
                .Where(l => Name().IsMatch(path == Settings ? Paper().Replace(l.text, "") : l.text)).Select(l => $"{path}:{l.i + 1}: {l.text.Trim()}"));
        }
        Assert.Empty(named);
        Assert.All(Families, f => Assert.True(Directory.Exists(Path.Combine(Checkout.Root, Detectors, f))));
        Assert.Contains(File.ReadLines(Path.Combine(Checkout.Root, Registration)), l => Name().IsMatch(l));
    }

    [GeneratedRegex(@"\((SSD|YOLOX)\)")]
    private static partial Regex Paper();

    // Not the letters within another word, such as those of AccessDenied.
    [GeneratedRegex("(?i:retinanet|yolox)|Ssd|SSD|(?<![A-Za-z])ssd")]
    private static partial Regex Name();
}
