using System.Text;
using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Tests.Datasets;

public sealed class DamagedAnnotationsTests : IDisposable
{
    private readonly string _folder = Some.EmptyFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Damaged_coco_is_read_or_refused_with_the_one_error() => Damaged(
        "coco.json",
        """{"images":[{"id":1,"file_name":"a.png","width":8,"height":6}],"annotations":[{"image_id":1,"category_id":1,"bbox":[1,1,3,3],"area":9,"iscrowd":0}],"categories":[{"id":1,"name":"cat"}]}""",
        path => DatasetReader.ReadCoco(path, _folder, new() { Check = ImageCheck.None }));

    [Fact]
    public void Damaged_voc_is_read_or_refused_with_the_one_error()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "ImageSets/Main"));
        Directory.CreateDirectory(Path.Combine(_folder, "Annotations"));
        File.WriteAllText(Path.Combine(_folder, "ImageSets/Main/train.txt"), "a\n");
        Damaged(
            "Annotations/a.xml",
            "<?xml version=\"1.0\"?><annotation><filename>a.jpg</filename><size><width>8</width><height>6</height></size><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></object></annotation>",
            _ => DatasetReader.ReadPascalVoc(_folder, "train", new() { Check = ImageCheck.None }));
    }

    private void Damaged(string name, string content, Func<string, DetectionDataset> read)
    {
        string path = Path.Combine(_folder, name);
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        File.WriteAllBytes(path, bytes);
        Assert.Equal(1, read(path).ObjectCount);
        int refused = 0;
        for (int seed = 0; seed < 1500; seed++)
        {
            File.WriteAllBytes(path, Damage.Apply(bytes, seed));
            try
            {
                Assert.NotEqual(0, read(path).ObjectCount);
            }
            catch (DatasetException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 500, 1500);
    }
}
