using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace PruneSearch.Data.Text;

/// <summary>Loads YAML that anybody may have written.</summary>
public static class YamlText
{
    private const int MaxDepth = 32;

    /// <summary>The outer node of a text with one document.</summary>
    /// <param name="error">Makes the exception for a place and what is wrong there.</param>
    /// <exception cref="Exception">That of <paramref name="error"/>: no valid YAML, no or several documents, nested too deeply, or an alias.</exception>
    public static YamlNode Load(string text, Func<Mark, string, Exception> error)
    {
        try
        {
            RefuseDepth(text, error);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1 ? stream.Documents[0].RootNode
                : throw error(new Mark(0, 1, 1), $"has {stream.Documents.Count} YAML documents, expected one");
        }
        catch (YamlException e)
        {
            throw error(e.Start, $"no valid YAML: {(e.InnerException ?? e).Message}");
        }
    }

    // The document model is built recursively, and aliases can multiply a small text: both end here.
    private static void RefuseDepth(string text, Func<Mark, string, Exception> error)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw error(parser.Current.Start, $"nested too deeply, expected at most {MaxDepth} levels");
            }
            if (parser.Current is AnchorAlias)
            {
                throw error(parser.Current.Start, "an alias (*name), expected the values themselves");
            }
        }
    }
}
