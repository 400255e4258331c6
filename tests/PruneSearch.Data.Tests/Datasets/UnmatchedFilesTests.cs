using System.Text;
using PruneSearch.Data.Datasets;
using PruneSearch.Tests;

namespace PruneSearch.Data.Tests.Datasets;

/// <summary>Files that match nothing are counted and named, and what is readable is read.</summary>
public sealed class UnmatchedFilesTests : IDisposable
{
    private const string Xml =
        "<annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>";

    private readonly string _folder = Some.EmptyFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string content = "0 0.5 0.5 0.5 0.5\n") => Write(name, Encoding.UTF8.GetBytes(content));

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private void Pictures(params string[] names)
    {
        foreach (string name in names)
        {
            Write(name, []);
            Some.Picture(Path.Combine(_folder, name), 8, 6);
        }
    }

    private static string[] Files(DetectionDataset dataset) => [.. dataset.Samples.Select(s => $"{s.File}:{s.Objects.Count}")];

    [Fact]
    public void Yolo_reads_upper_case_endings_and_folders_and_counts_the_rest()
    {
        Write("classes.txt", "cat\n");
        Pictures("images/val/a.png", "images/val/b.png", "images/val/c.gif", "images/val/d.tif", "images/val/e", "images/val/deep/f.JPG", "images/val/G.png",
            "images/val/h.png");
        Write("labels/val/a.TXT");
        Write("labels/b.txt"); // beside the folder of the split
        Write("labels/val/c.txt");
        Write("labels/val/deep/f.txt");
        Write("labels/val/g.txt"); // another letter case than its picture
        Write("labels/val/h.xml", "<a/>");
        Write("labels/val/lost.txt");
        Write("labels/val/classes.txt", "cat\n"); // where a tool writes it

        var dataset = DatasetReader.ReadYolo(_folder, "val");

        Assert.Equal(["G.png:1", "a.png:1", "b.png:0", "c.gif:1", "deep/f.JPG:1", "h.png:0"], Files(dataset));
        string images = Path.Combine(_folder, "images", "val"), labels = Path.Combine(_folder, "labels");
        Assert.Equal(
        [
            $"2 files in {images} were not read: their endings are none of .jpg, .jpeg, .png, .bmp, .webp, .gif, .jpe, .jfif (first: d.tif, e)",
            $"1 file in {Path.Combine(labels, "val")} was not read: its ending is not .txt (first: h.xml)",
            "1 label file is named in another letter case than its picture (first: g.txt)",
            $"1 label file in {Path.Combine(labels, "val")} has no picture and was not read (first: lost.txt)",
            $"1 label file stands in {labels} itself and was not read, expected it in the folder of a split, such as 'val' (first: b.txt)",
            "2 pictures have no label file and count as ones that show nothing (first: b.png, h.png)",
        ], dataset.Warnings);
    }

    [Fact]
    public void Yolo_without_labels_or_with_two_for_one_picture_is_refused()
    {
        Write("classes.txt", "cat\n");
        Pictures("images/val/a.png");
        Refused(() => DatasetReader.ReadYolo(_folder, "val"), "the folder of the labels does not exist");
        Write("labels/val/b.txt");
        Refused(() => DatasetReader.ReadYolo(_folder, "val"), "no object in any of the 1 pictures, expected at least one; 1 label file in");
        Write("labels/val/a.txt");
        Write("labels/val/a.TXT");
        Refused(() => DatasetReader.ReadYolo(_folder, "val"), "there is also 'a.TXT', expected one label file of a name");
    }

    [Theory]
    [InlineData("names: [cat, 'a dog']\n")]
    [InlineData("nc: 2\nnames:\n  1: a dog\n  0: cat\n")]
    public void Yolo_names_may_stand_in_yaml(string yaml)
    {
        Write("data.yaml", yaml);
        Pictures("images/val/a.png");
        Write("labels/val/a.txt", "1.0 0.5 0.5 0.5 0.5\n");
        var dataset = DatasetReader.ReadYolo(_folder, "val");
        Assert.Equal(["cat", "a dog"], dataset.Classes);
        Assert.Equal(1, dataset.Samples[0].Objects[0].Class);
    }

    [Theory]
    [InlineData("names: cat\n", "data.yaml: line 1: 'names' is a single value, expected a list of class names")]
    [InlineData("nc: 1\n", "data.yaml: lacks 'names', expected a list of class names")]
    [InlineData("names: {0: cat, 2: dog}\n", "'names' has the number '2', expected each from 0 to 1 once")]
    [InlineData("names: [cat, [dog]]\n", "data.yaml: line 1: 'names' has something that is no text, expected class names")]
    [InlineData("names: [cat\n", "no valid YAML")]
    [InlineData("names: &a [cat]\nx: *a\n", "data.yaml: line 2: an alias (*name), expected the values themselves")]
    [InlineData("names: [cat]\n---\nnames: [dog]\n", "has 2 YAML documents, expected one")]
    [InlineData("- cat\n", "data.yaml: is no mapping, expected the key 'names'")]
    public void Yaml_without_names_is_refused_in_its_words(string yaml, string expected)
    {
        Write("data.yaml", yaml);
        Pictures("images/val/a.png");
        Write("labels/val/a.txt");
        Refused(() => DatasetReader.ReadYolo(_folder, "val"), expected);
    }

    [Fact]
    public void Deep_yaml_does_not_overflow_the_stack()
    {
        Write("data.yaml", "names: " + new string('[', 100_000));
        Pictures("images/val/a.png");
        Write("labels/val/a.txt");
        Refused(() => DatasetReader.ReadYolo(_folder, "val"), "nested too deeply");
    }

    [Theory]
    [InlineData("0 0,5 0.5 0.5 0.5", "a.txt: line 1: '0,5', expected a number with a decimal point and blanks between numbers")]
    [InlineData("0 0.5 0.5 0.5", "has 4 values, expected a class index and four numbers")]
    [InlineData("0 0.5 0.5 0.5 0.5 0.9", "has 6 values")]
    [InlineData("cat 0.5 0.5 0.5 0.5", "class is 'cat', expected a whole number from 0 to 0")]
    [InlineData("0.5 0.5 0.5 0.5 0.5", "class is '0.5', expected a whole number")]
    [InlineData("-1 0.5 0.5 0.5 0.5", "unknown class -1, expected 0 to 0")]
    [InlineData("0 NaN 0.5 0.5 0.5", "'NaN', expected a number")]
    [InlineData("0 0.5 Infinity 0.5 0.5", "'Infinity', expected a number")]
    [InlineData("0 0.5 5px 0.5 0.5", "'5px', expected a number")]
    public void Yolo_lines_are_refused_in_their_words(string line, string expected)
    {
        Write("classes.txt", "cat\n");
        Pictures("images/val/a.png");
        Write("labels/val/a.txt", line);
        Refused(() => DatasetReader.ReadYolo(_folder, "val"), expected);
    }

    [Fact]
    public void Yolo_labels_may_have_marks_and_the_line_ends_of_windows()
    {
        Write("classes.txt", "\uFEFFcat\r\ndog\r\n");
        Pictures("images/val/a.png", "images/val/b.png");
        Write("labels/val/a.txt", "\uFEFF1 0.5 0.5 0.5 0.5\r\n\r\n0\t0.5 0.5  0.5 0.5");
        Write("labels/val/b.txt", "");
        var dataset = DatasetReader.ReadYolo(_folder, "val");
        Assert.Equal(["a.png:2", "b.png:0"], Files(dataset));
        Assert.Equal([1, 0], dataset.Samples[0].Objects.Select(o => o.Class));
        Assert.Empty(dataset.Warnings);
    }

    [Fact]
    public void Voc_lists_may_have_blanks_in_names_flags_endings_and_folders()
    {
        Pictures("JPEGImages/a photo.png", "JPEGImages/b 1.JPG", "JPEGImages/c.bmp", "JPEGImages/deep/d.png", "JPEGImages/E.png", "JPEGImages/f.tif",
            "JPEGImages/g.png");
        foreach (string name in new[] { "a photo.xml", "b 1.xml", "c.XML", "deep/d.xml", "e.xml", "left.xml" })
        {
            Write("Annotations/" + name, Xml);
        }
        Write("ImageSets/Main/train.txt", "a photo\r\nb 1  1\nc.bmp\ndeep/d -1\nE\n\n");
        Write("ImageSets/Main/val.txt", "left\n");
        var dataset = DatasetReader.ReadPascalVoc(_folder, "train");
        Assert.Equal(["a photo.png:1", "b 1.JPG:1", "c.bmp:1", "deep/d.png:1", "E.png:1"], Files(dataset));
        Assert.Equal(
        [
            "1 annotation stands under another letter case than its list says (first: 'E' is 'e')",
            $"1 file in {Path.Combine(_folder, "JPEGImages")} was not read: its ending is none of .jpg, .jpeg, .png, .bmp, .webp, .gif, .jpe, .jfif (first: " +
            "f.tif)",
        ], dataset.Warnings);

        Write("ImageSets/Main/val.txt", "none\n");
        Refused(() => DatasetReader.ReadPascalVoc(_folder, "val"), "val.txt: line 1: there is no annotation 'none.xml' in");
        Assert.Contains("1 annotation is in no list and was not read (first: left)", DatasetReader.ReadPascalVoc(_folder, "train").Warnings);
        Write("ImageSets/Main/val.txt", "left\nleft 1\n");
        Refused(() => DatasetReader.ReadPascalVoc(_folder, "val"), "val.txt: line 2: 'left' stands twice, in line 1 too");
        Write("ImageSets/Main/val.txt", "left\n");
        Refused(() => DatasetReader.ReadPascalVoc(_folder, "val"), "left.xml: there is no picture 'left.jpg' in");
    }

    [Theory]
    [InlineData("gb2312", "gb2312", "狗")]
    [InlineData("gb2312", "GBK", "貓")] // not in GB2312, but in GBK
    [InlineData(null, "GB18030", "小狗")]
    [InlineData("utf-8", "GB18030", "狗")]
    [InlineData("windows-1252", "windows-1252", "Bär")]
    [InlineData(null, "windows-1252", "Bär")]
    [InlineData("ISO-8859-1", "iso-8859-1", "Bär")]
    [InlineData("big5", "big5", "貓")]
    [InlineData("utf-16", "utf-16", "Bär")]
    [InlineData("UTF-8", "utf-8", "Bär")]
    public void Voc_names_are_read_in_the_code_page_of_their_tool(string? declared, string written, string name)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(written) ?? Encoding.GetEncoding(written);
        string declaration = declared is null ? "" : $"<?xml version=\"1.0\" encoding=\"{declared}\"?>\n";
        Pictures("JPEGImages/a.png");
        Write("ImageSets/Main/train.txt", "a\n");
        Write("Annotations/a.xml", [.. encoding.GetPreamble(), .. encoding.GetBytes(declaration + Xml.Replace("cat", name, StringComparison.Ordinal))]);
        var dataset = DatasetReader.ReadPascalVoc(_folder, "train");
        Assert.Equal([name], dataset.Classes);
        bool guessed = written is "GB18030" or "windows-1252" && declared is null or "utf-8";
        Assert.Equal(guessed, dataset.Warnings.Any(w => w.Contains($"neither UTF-8 nor says what it is and was read as {written}", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("x-unknown", "its declaration says encoding 'x-unknown', and it cannot be read as that")]
    [InlineData("us-ascii", "its declaration says encoding 'us-ascii'")]
    public void A_code_page_that_does_not_fit_is_refused(string declared, string expected)
    {
        Pictures("JPEGImages/a.png");
        Write("ImageSets/Main/train.txt", "a\n");
        Write("Annotations/a.xml", [.. Encoding.ASCII.GetBytes($"<?xml version=\"1.0\" encoding=\"{declared}\"?>\n<annotation>"), 0xE9]);
        Refused(() => DatasetReader.ReadPascalVoc(_folder, "train"), expected);
    }

    [Theory]
    [InlineData("<difficult>maybe</difficult>", "a.xml: line 1: <difficult> is 'maybe', expected 0 or 1")]
    [InlineData("<difficult>Unspecified</difficult>", null)]
    [InlineData("<difficult/>", null)]
    public void Voc_flags_are_understood_or_refused(string element, string? expected)
    {
        Pictures("JPEGImages/a.png");
        Write("ImageSets/Main/train.txt", "a\n");
        Write("Annotations/a.xml", Xml.Replace("<name>", element + "<name>", StringComparison.Ordinal));
        if (expected is null)
        {
            Assert.False(DatasetReader.ReadPascalVoc(_folder, "train").Samples[0].Objects[0].Difficult);
        }
        else
        {
            Refused(() => DatasetReader.ReadPascalVoc(_folder, "train"), expected);
        }
    }

    [Fact]
    public void Coco_pictures_are_found_in_folders_with_backslashes_and_in_another_letter_case()
    {
        Pictures("i/a.png", "i/deep/b.png", "i/C.PNG", "i/deep/d.png");
        string[] names = ["a.png", "deep\\\\b.png", "c.png", "d.png"];
        string images = string.Join(",", names.Select((n, i) => $$"""{"id":{{i + 1}},"file_name":"{{n}}"}"""));
        string file = Write(
            "c.json", $$"""{"images":[{{images}}],"annotations":[{"image_id":1,"category_id":1,"bbox":[1,1,3,3]}],"categories":[{"id":1,"name":"cat"}]}""");
        var dataset = DatasetReader.ReadCoco(file, Path.Combine(_folder, "i"));
        Assert.Equal(["a.png", "deep/b.png", "C.PNG", "deep/d.png"], dataset.Samples.Select(s => s.File));
        Assert.Equal(
        [
            "1 picture stands under another folder than its annotation says (first: 'd.png' is 'deep/d.png')",
            "1 picture stands under another letter case than its annotation says (first: 'c.png' is 'C.PNG')",
        ], dataset.Warnings);

        File.Delete(Path.Combine(_folder, "i/a.png"));
        Pictures("i/other/d.png", "i/A.PNG", "i/a.PNG"); // now each could be two
        Refused(
            () => DatasetReader.ReadCoco(file, Path.Combine(_folder, "i")),
            "c.json: 2 of 4 pictures are not in",
            "(first: images[0] 'a.png', images[3] 'd.png')");
    }

    [Fact]
    public void Pipes_are_refused_wherever_a_data_set_has_files()
    {
        Write("classes.txt", "cat\n");
        Pictures("images/val/a.png");
        Write("labels/val/a.txt");
        const string Expected = "is a pipe, a device or a socket, expected a regular file";
        foreach (string name in new[] { "labels/val/a.txt", "images/val/a.png", "classes.txt" })
        {
            string path = Path.Combine(_folder, name);
            byte[] before = File.ReadAllBytes(path);
            File.Delete(path);
            SpecialFiles.Pipe(path);
            Refused(() => DatasetReader.ReadYolo(_folder, "val"), $"{path}: {Expected}");
            File.Delete(path);
            File.WriteAllBytes(path, before);
        }
        Refused(() => DatasetReader.ReadCoco(SpecialFiles.Pipe(Path.Combine(_folder, "c.json")), _folder), Expected);
        Pictures("JPEGImages/a.png");
        Write("ImageSets/Main/train.txt", "a\n");
        Directory.CreateDirectory(Path.Combine(_folder, "Annotations"));
        SpecialFiles.Pipe(Path.Combine(_folder, "Annotations", "a.xml"));
        Refused(() => DatasetReader.ReadPascalVoc(_folder, "train"), Expected);
        SpecialFiles.Pipe(Path.Combine(_folder, "ImageSets", "Main", "val.txt"));
        Refused(() => DatasetReader.ReadPascalVoc(_folder, "val"), Expected);
    }

    private static void Refused(Action read, params string[] expected)
    {
        string message = Assert.Throws<DatasetException>(read).Message;
        Assert.All(expected, e => Assert.Contains(e, message, StringComparison.Ordinal));
    }
}
