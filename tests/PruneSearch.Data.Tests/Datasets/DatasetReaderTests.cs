using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Tests.Datasets;

public sealed class DatasetReaderTests : IDisposable
{
    private readonly string _folder = Some.EmptyFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Coco(
        string images = """{"id":1,"file_name":"a.png","width":8,"height":6}""",
        string annotations = """{"image_id":1,"category_id":3,"bbox":[1,1,3,3]}""",
        string categories = """{"id":3,"name":"cat"},{"id":1,"name":"dog"}""")
    {
        Some.Picture(Path.Combine(_folder, "a.png"), 8, 6);
        string file = Path.Combine(_folder, "coco.json");
        File.WriteAllText(file, $$"""{"images":[{{images}}],"annotations":[{{annotations}}],"categories":[{{categories}}]}""");
        return file;
    }

    private DetectionDataset Read(string file, DatasetReadOptions? options = null) => DatasetReader.ReadCoco(file, _folder, options);

    private void Fails(string file, string expected, DatasetReadOptions? options = null)
    {
        var error = Assert.Throws<DatasetException>(() => Read(file, options));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Coco_ids_and_class_order_are_kept()
    {
        var dataset = Read(Coco());
        Assert.Equal(["dog", "cat"], dataset.Classes);
        Assert.Equal(new ObjectAnnotation(1, new PixelBox(1, 1, 3, 3), 9), dataset.Samples[0].Objects[0]);
        Assert.Equal(["cat", "dog"], Read(Coco(), new() { Classes = ["cat", "dog"] }).Classes);
    }

    [Fact]
    public void Boxes_are_clipped_or_skipped_with_a_count()
    {
        string boxes = string.Join(
            ",", new[] { "1,1,3,3", "-4,0,8,4", "2,2,0,5", "3,3,-1,2", "20,0,4,4" }.Select(b => $$"""{"image_id":1,"category_id":1,"bbox":[{{b}}]}"""));
        var dataset = Read(Coco(annotations: boxes));
        Assert.Equal([new PixelBox(1, 1, 3, 3), new PixelBox(0, 0, 4, 4)], dataset.Samples[0].Objects.Select(o => o.Box));
        Assert.Collection(
            dataset.Warnings,
            w => Assert.StartsWith("1 box clipped to the picture (first: ", w, StringComparison.Ordinal),
            w => Assert.StartsWith("1 box outside the picture skipped", w, StringComparison.Ordinal),
            w => Assert.StartsWith("2 boxes without area skipped", w, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_in_coco_is_named_with_its_place()
    {
        Fails(Path.Combine(_folder, "none.json"), "none.json: the annotation file does not exist");
        Fails(Coco(images: "", annotations: ""), "no pictures in this split");
        Fails(Coco(annotations: ""), "there is no object");
        Fails(Coco(annotations: """{"image_id":1,"category_id":9,"bbox":[1,1,3,3]}"""), "annotations[0].category_id: unknown class");
        Fails(
            Coco(annotations: """{"image_id":1,"category_id":1,"bbox":[1,1,3]}"""),
            "line 1: annotations[0].bbox has 3 values, expected four numbers (left, top, width, height)");
        Fails(Coco(annotations: """{"image_id":1,"category_id":1,"bbox":[1,1,1e999,1]}"""), "annotations[0].bbox[2] is 1e999, expected a finite number");
        Fails(Coco(annotations: """{"image_id":1,"category_id":1,"bbox":"x"}"""), "annotations[0].bbox is 'x', expected four numbers");
        Fails(Coco(annotations: "{"), "line 1");
        Fails(Coco(images: """{"id":1,"file_name":"b.png","width":8,"height":6}"""), "1 of 1 pictures are not in");
        Fails(Coco(images: """{"id":1,"file_name":"../a.png","width":8,"height":6}"""), "no name of a picture");
        Fails(Coco(images: """{"id":1,"file_name":"a.png","width":6,"height":8}"""), "should have 6×8 pixels, but the upright picture has 8×6");
        Fails(Coco(categories: """{"id":1,"name":"dog"},{"id":3,"name":"dog"}"""), "stands twice");
        Fails(Coco(), "unknown class 'cat', expected one of: dog", new() { Classes = ["dog"] });
    }

    [Fact]
    public void A_missing_folder_and_damaged_pictures_are_refused()
    {
        string file = Coco();
        Assert.Contains(
            "does not exist",
            Assert.Throws<DatasetException>(() => DatasetReader.ReadCoco(file, Path.Combine(_folder, "no"))).Message,
            StringComparison.Ordinal);
        byte[] picture = File.ReadAllBytes(Path.Combine(_folder, "a.png"));
        File.WriteAllBytes(Path.Combine(_folder, "a.png"), picture[..(picture.Length * 2 / 3)]);
        Fails(file, "a.png");
        File.WriteAllBytes(Path.Combine(_folder, "a.png"), []);
        Fails(file, "a.png: 0 bytes");
        File.WriteAllText(Path.Combine(_folder, "a.png"), "no picture");
        Fails(file, "no picture of a known format");
    }

    [Fact]
    public void The_hash_is_of_the_content_and_not_of_the_place()
    {
        var dataset = Read(Coco());
        Assert.Equal(dataset.ManifestHash, (dataset with { Root = "/elsewhere", Name = "x" }).ManifestHash);
        Assert.NotEqual(dataset.ManifestHash, (dataset with { Classes = ["dog", "cow"] }).ManifestHash);
        string json = dataset.ToManifest().ToJson();
        Assert.Throws<DatasetException>(() => DatasetManifest.FromJson(json.Replace("a.png", "b.png", StringComparison.Ordinal), "m", dataset.ManifestHash));
        Assert.Throws<DatasetException>(() => DatasetManifest.FromJson(json.Replace("a.png", "../b.png", StringComparison.Ordinal), "m"));
        Assert.Throws<DatasetException>(() => DatasetManifest.FromJson("{", "m"));
    }

    [Fact]
    public void What_is_wrong_in_voc_is_named_with_its_place()
    {
        const string Good = "<annotation><size><width>8</width><height>6</height></size><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin>" +
            "<xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>";
        Assert.Equal(new PixelBox(1, 1, 3, 3), Voc(Good).Samples[0].Objects[0].Box);
        Fails(Good.Replace("<xmax>4", "<xmax>four", StringComparison.Ordinal), "a.xml: line 1: <xmax> is 'four', expected a number");
        Fails(Good.Replace("<name>cat</name>", "", StringComparison.Ordinal), "<object> without <name>");
        Fails(Good[..60], "no valid XML");
        Fails("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><annotation>&e;</annotation>", "no valid XML");
        Assert.Contains(
            "list of the split does not exist",
            Assert.Throws<DatasetException>(() => DatasetReader.ReadPascalVoc(_folder, "nope")).Message,
            StringComparison.Ordinal);

        DetectionDataset Voc(string xml)
        {
            foreach (string name in new[] { "ImageSets/Main", "Annotations", "JPEGImages" })
            {
                Directory.CreateDirectory(Path.Combine(_folder, name));
            }
            Some.Picture(Path.Combine(_folder, "JPEGImages", "a.png"), 8, 6);
            File.WriteAllText(Path.Combine(_folder, "ImageSets/Main/train.txt"), "a\n");
            File.WriteAllText(Path.Combine(_folder, "Annotations/a.xml"), xml);
            return DatasetReader.ReadPascalVoc(_folder, "train");
        }

        void Fails(string xml, string expected) =>
            Assert.Contains(expected, Assert.Throws<DatasetException>(() => Voc(xml)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Yolo_labels_are_fractions_of_their_picture()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "images/train"));
        Directory.CreateDirectory(Path.Combine(_folder, "labels/train"));
        Some.Picture(Path.Combine(_folder, "images/train/a.png"), 8, 6);
        Some.Picture(Path.Combine(_folder, "images/train/b.png"), 8, 6);
        File.WriteAllText(Path.Combine(_folder, "classes.txt"), "cat\ndog\n");
        string label = Path.Combine(_folder, "labels/train/a.txt");
        File.WriteAllText(label, "1 0.5 0.5 0.5 1\n");
        var dataset = DatasetReader.ReadYolo(_folder, "train");
        Assert.Equal([1, 0], dataset.Samples.Select(s => s.Objects.Count));
        Assert.Equal(new ObjectAnnotation(1, new PixelBox(2, 0, 4, 6), 24), dataset.Samples[0].Objects[0]);
        Assert.Equal(
            dataset.Samples.SelectMany(s => s.Objects),
            DatasetReader.ReadYolo(_folder, "train", new() { Check = ImageCheck.None }).Samples.SelectMany(s => s.Objects));
        File.WriteAllText(label, "\n2 0.5 0.5 0.5 1\n");
        Assert.Contains(
            "a.txt: line 2: unknown class 2, expected 0 to 1",
            Assert.Throws<DatasetException>(() => DatasetReader.ReadYolo(_folder, "train")).Message,
            StringComparison.Ordinal);
        File.WriteAllText(label, "1 0.5 x 0.5 1\n");
        Assert.Throws<DatasetException>(() => DatasetReader.ReadYolo(_folder, "train"));
    }
}
