using System.Text.RegularExpressions;

namespace PruneSearch.Architecture.Tests;

/// <summary>Links in the documents lead somewhere, and the version is one number.</summary>
public sealed partial class DocumentTests
{
    private static IEnumerable<string> Documents => Checkout.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal));

    [Fact]
    public void Links_lead_to_files_and_headings_that_are_there()
    {
        var files = Checkout.Files.SelectMany(f => Parents(f).Append(f)).ToHashSet();
        var broken = new List<string>();
        foreach (string document in Documents)
        {
            foreach (Match link in Link().Matches(Fence().Replace(File.ReadAllText(Path.Combine(Checkout.Root, document)), "")))
            {
                string target = link.Groups["target"].Value;
                if (Uri.TryCreate(target, UriKind.Absolute, out _))
                {
                    continue;
                }
                string[] parts = target.Split('#', 2);
                string file = parts[0].Length == 0 ? document : Relative(document, parts[0]);
                if (!files.Contains(file) || (parts.Length == 2 && file.EndsWith(".md", StringComparison.Ordinal) && !Headings(file).Contains(parts[1])))
                {
                    broken.Add($"{document}: {target}");
                }
            }
        }
        Assert.Empty(broken);
    }

    [Fact]
    public void The_newest_entry_of_the_changelog_is_unreleased_or_this_version()
    {
        string version = VersionElement().Match(File.ReadAllText(Path.Combine(Checkout.Root, "Directory.Build.props"))).Groups[1].Value;
        string newest = Checkout.Lines("CHANGELOG.md").First(l => l.StartsWith("## ", StringComparison.Ordinal))[3..];
        Assert.True(newest == "Unreleased" || newest.StartsWith(version, StringComparison.Ordinal), $"{newest}, expected Unreleased or {version}");
        Assert.Equal(version, LayerTests.Load("Cli").GetName().Version!.ToString(3));
    }

    private static HashSet<string> Headings(string document)
    {
        string[] lines = Checkout.Lines(document);
        var headings = lines.Where(l => l.StartsWith('#')).Select(l => l.TrimStart('#', ' '));
        var anchors = lines.SelectMany(l => Anchor().Matches(l)).Select(m => m.Groups[1].Value);
        return [.. headings.Select(h => NoAnchor().Replace(h.ToLowerInvariant(), "").Replace(' ', '-')), .. anchors];
    }

    private static IEnumerable<string> Parents(string file)
    {
        for (string? folder = Path.GetDirectoryName(file); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }

    private static string Relative(string document, string target) =>
        Path.GetRelativePath(Checkout.Root, Path.Combine(Checkout.Root, Path.GetDirectoryName(document)!, target)).TrimEnd('/');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex("<a id=\"([^\"]+)\">")]
    private static partial Regex Anchor();

    [GeneratedRegex("<Version>([^<]+)</Version>")]
    private static partial Regex VersionElement();
}
