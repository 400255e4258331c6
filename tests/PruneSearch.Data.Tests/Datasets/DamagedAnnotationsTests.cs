using System.Text;
using PruneSearch.Data.Datasets;
using PruneSearch.Tests;

namespace PruneSearch.Data.Tests.Datasets;

public sealed class DamagedAnnotationsTests : IDisposable
{
    private const int Cases = 2000;
    private readonly string _folder = Some.EmptyFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Damaged_coco_is_read_or_refused_with_the_one_error() => Damaged(
        "coco.json",
        """{"images":[{"id":1,"file_name":"a.png","width":8,"height":6}],"annotations":[""" +
        """{"image_id":1,"category_id":1,"bbox":[1,1,3,3],"area":9,"iscrowd":0}],"categories":[{"id":1,"name":"cat"}]}""",
        path => DatasetReader.ReadCoco(path, _folder, new() { Check = ImageCheck.None }));

    [Fact]
    public void Damaged_voc_is_read_or_refused_with_the_one_error()
    {
        Write("ImageSets/Main/train.txt", "a\n");
        Damaged(
            "Annotations/a.xml",
            "<?xml version=\"1.0\"?><annotation><filename>a.jpg</filename><size><width>8</width><height>6</height></size><object><name>cat</name><bndbox>" +
            "<xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>",
            _ => DatasetReader.ReadPascalVoc(_folder, "train", new() { Check = ImageCheck.None }));
    }

    [Fact]
    public void Damaged_yolo_labels_are_read_or_refused_with_the_one_error()
    {
        Write("classes.txt", "cat\ndog\n");
        Directory.CreateDirectory(Path.Combine(_folder, "images/train"));
        Some.Picture(Path.Combine(_folder, "images/train/a.png"), 8, 6);
        Damaged("labels/train/a.txt", "1 0.5 0.5 0.5 1\n0 0.25 0.25 0.5 0.5\n", _ => DatasetReader.ReadYolo(_folder, "train"), fewest: 200);
    }

    [Fact]
    public void Damaged_manifests_are_read_or_refused_with_the_one_error()
    {
        string json = Some.Dataset((0, new PixelBox(1, 1, 3, 3)), (1, new PixelBox(2, 2, 5, 5))).ToManifest().ToJson();
        int refused = Fuzz.Run<DatasetException>(
            Encoding.UTF8.GetBytes(json), Cases, b => DatasetManifest.FromJson(Encoding.UTF8.GetString(b), "m").ToDataset());
        Assert.InRange(refused, Cases / 3, Cases);
    }

    [Fact]
    public void Deep_documents_do_not_overflow_the_stack()
    {
        const int Depth = 200_000;
        string json = Write("deep.json", new string('[', Depth) + new string(']', Depth));
        Assert.Throws<DatasetException>(() => DatasetReader.ReadCoco(json, _folder, new() { Check = ImageCheck.None }));
        Write("ImageSets/Main/train.txt", "a\n");
        Write("Annotations/a.xml", "<annotation>" + string.Concat(Enumerable.Repeat("<a>", Depth)));
        Assert.Throws<DatasetException>(() => DatasetReader.ReadPascalVoc(_folder, "train", new() { Check = ImageCheck.None }));
        Write("Annotations/a.xml", "<annotation><object><name>" +
            string.Concat(Enumerable.Repeat("<a>", Depth)) + string.Concat(Enumerable.Repeat("</a>", Depth)) + "</name></object></annotation>");
        Assert.Throws<DatasetException>(() => DatasetReader.ReadPascalVoc(_folder, "train", new() { Check = ImageCheck.None }));
    }

    [Fact]
    public void Oversized_numbers_and_entities_are_refused()
    {
        string coco = Write("coco.json", """{"images":[{"id":1,"file_name":"a.png","width":2000000000,"height":2000000000}],"annotations":[""" +
            """{"image_id":1,"category_id":1,"bbox":[0,0,1e308,1e308]}],"categories":[{"id":1,"name":"cat"}]}""");
        var dataset = DatasetReader.ReadCoco(coco, _folder, new() { Check = ImageCheck.None }); // clipped: no picture of that size is ever decoded
        Assert.True(double.IsFinite(dataset.Samples[0].Objects[0].Area));
        Write("ImageSets/Main/train.txt", "a\n");
        Write(
            "Annotations/a.xml",
            "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><annotation><filename>&b;</filename></annotation>");
        Assert.Throws<DatasetException>(() => DatasetReader.ReadPascalVoc(_folder, "train", new() { Check = ImageCheck.None }));
    }

    private void Damaged(string name, string content, Func<string, DetectionDataset> read, int fewest = Cases / 3)
    {
        string path = Write(name, content);
        int objects = read(path).ObjectCount;
        Assert.InRange(objects, 1, 2);
        int refused = Fuzz.Run<DatasetException>(Encoding.UTF8.GetBytes(content), Cases, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            Assert.NotEqual(0, read(path).ObjectCount);
        });
        Assert.InRange(refused, fewest, Cases);
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }
}
