using System.Text.Json;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Tests;

namespace PruneSearch.Client.Tests.SearchFiles;

/// <summary>The schema and the guide cannot drift from what the reader accepts. <c>PRUNESEARCH_UPDATE=1</c> rewrites them.</summary>
public sealed class DocumentationTests
{
    private const string Begin = "<!-- keys: begin -->", End = "<!-- keys: end -->";

    [Fact]
    public void The_json_schema_is_that_of_the_reader()
    {
        string file = Path.Combine(Checkout.Root, "docs", "search.schema.json"), expected = JsonSchemaWriter.Write();
        if (Environment.GetEnvironmentVariable("PRUNESEARCH_UPDATE") == "1")
        {
            File.WriteAllText(file, expected);
        }
        using var json = JsonDocument.Parse(expected);
        Assert.Equal("object", json.RootElement.GetProperty("type").GetString());
        Assert.Equal(expected, File.ReadAllText(file));
    }

    [Fact]
    public void The_guide_has_the_tables_of_the_reader()
    {
        string file = Path.Combine(Checkout.Root, "docs", "guide", "search-file.md"), text = File.ReadAllText(file), expected = GuideTables.Write();
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end > begin, "the guide lacks the marks around its tables");
        if (Environment.GetEnvironmentVariable("PRUNESEARCH_UPDATE") == "1")
        {
            text = $"{text[..begin]}\n\n{expected}{text[end..]}";
            File.WriteAllText(file, text);
            end = text.IndexOf(End, StringComparison.Ordinal);
        }
        Assert.Equal(expected.Trim(), text[begin..end].Trim());
    }

    [Theory]
    [InlineData("quickstart")]
    [InlineData("adaptive-shapes")]
    public void The_examples_that_need_no_download_are_valid(string name) =>
        Assert.Equal(name, SearchFileReader.Read(Path.Combine(Checkout.Root, "docs", "examples", name + ".yaml")).Settings.Name);

    [Theory]
    [InlineData("voc")]
    [InlineData("bccd")]
    [InlineData("voc-int8")]
    [InlineData("retinanet-bccd")]
    [InlineData("ssd-bccd")]
    [InlineData("yolox-bccd")]
    [InlineData("yolox-voc")]
    [InlineData("adaptive-bccd")]
    public void The_examples_are_valid(string name)
    {
        SharedData.Require("weights/ssd_mobilenet_v2_oidv4.safetensors");
        Assert.Equal(name, SearchFileReader.Read(Path.Combine(Checkout.Root, "docs", "examples", name + ".yaml")).Settings.Name);
    }

    [Theory]
    [InlineData("train-voc")]
    [InlineData("train-bccd")]
    public void The_training_examples_are_valid(string name)
    {
        SharedData.Require("weights/ssd_mobilenet_v2_oidv4.safetensors");
        Assert.True(SearchFileReader.ReadTraining(Path.Combine(Checkout.Root, "docs", "examples", name + ".yaml")).FineTune.Steps > 100);
    }
}
