using PruneSearch.Data.Datasets;

namespace PruneSearch.Data.Tests.Datasets;

/// <summary>Values of COCO files as programs write them.</summary>
public sealed class CocoValuesTests : IDisposable
{
    private const string Image = """{"id":1,"file_name":"a.png","width":8,"height":6}""", Category = """{"id":3,"name":"cat"}""";
    private const string Annotation = """{"image_id":1,"category_id":3,"bbox":[1,1,3,3]}""";

    private readonly string _folder = Some.EmptyFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private DetectionDataset Read(string images = Image, string annotations = Annotation, string categories = Category) =>
        ReadText($$"""{"images":[{{images}}],"annotations":[{{annotations}}],"categories":[{{categories}}]}""");

    private DetectionDataset ReadText(string json)
    {
        string file = Path.Combine(_folder, "coco.json");
        File.WriteAllText(file, json);
        return DatasetReader.ReadCoco(file, _folder, new() { Check = ImageCheck.None });
    }

    [Theory]
    [InlineData("""{"image_id":1.0,"category_id":3.0,"bbox":[1,1,3,3],"iscrowd":true,"difficult":1}""")]
    [InlineData("""{"image_id":"1","category_id":"3","bbox":["1","1.0","3","3e0"],"area":"9","iscrowd":"1","difficult":"true"}""")]
    [InlineData("""{"image_id":1e0,"category_id":3,"bbox":[1,1,3,3],"area":null,"iscrowd":1.0,"difficult":true}""")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,3,3],"segmentation":{"counts":[1,{"a":[]}],"size":[6,8]},"iscrowd":1,"difficult":1,"extra":{}}""")]
    public void What_is_clear_is_read(string annotation)
    {
        var found = Assert.Single(Read(annotations: annotation).Samples[0].Objects);
        Assert.Equal(new ObjectAnnotation(0, new PixelBox(1, 1, 3, 3), 9, Difficult: true, Crowd: true), found);
    }

    [Fact]
    public void Images_and_categories_may_be_written_so_too()
    {
        var dataset = Read("""{"id":"0001","file_name":"a.png","width":"8","height":6.0}""", categories: """{"id":3.0,"name":7}""");
        Assert.Equal((1L, 8, 6), (dataset.Samples[0].ImageId, dataset.Samples[0].Width, dataset.Samples[0].Height));
        Assert.Equal(["7"], dataset.Classes);
    }

    [Theory]
    [InlineData("""{"image_id":1.5,"category_id":3,"bbox":[1,1,3,3]}""", "line 1: annotations[0].image_id is 1.5, expected a whole number")]
    [InlineData("""{"image_id":"a.png","category_id":3,"bbox":[1,1,3,3]}""", "annotations[0].image_id is 'a.png', expected a whole number")]
    [InlineData("""{"image_id":1,"category_id":true,"bbox":[1,1,3,3]}""", "annotations[0].category_id is true, expected a whole number")]
    [InlineData("""{"image_id":1,"category_id":[3],"bbox":[1,1,3,3]}""", "annotations[0].category_id is a list, expected a whole number")]
    [InlineData("""{"image_id":1e300,"category_id":3,"bbox":[1,1,3,3]}""", "annotations[0].image_id is 1e300, expected a whole number")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,"1,5",3,3]}""", "annotations[0].bbox[1] is '1,5', expected a finite number")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,3,"NaN"]}""", "annotations[0].bbox[3] is 'NaN', expected a finite number")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,3,null]}""", "annotations[0].bbox[3] is null, expected a finite number")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,3,3,1]}""", "annotations[0].bbox has more than 4 values, expected four numbers")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":{"x":1}}""", "annotations[0].bbox is an object, expected four numbers")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,3,3],"iscrowd":2}""", "annotations[0].iscrowd is 2, expected 0, 1, true or false")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,3,3],"iscrowd":"maybe"}""", "annotations[0].iscrowd is 'maybe', expected 0, 1, true or false")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,3,3],"area":"12 px"}""", "annotations[0].area is '12 px', expected a number")]
    [InlineData("""{"category_id":3}""", "annotations[0]: has no image_id and no bbox, expected image_id, category_id and a bbox of four numbers")]
    [InlineData("null", "annotations[0]: is null, expected image_id")]
    [InlineData("5", "annotations[0] is not what was expected: an object")]
    [InlineData("""{"image_id":1,"category_id":3,"bbox":[1,1,NaN,3]}""", "annotations[0].bbox: no valid JSON: 'N' is an invalid start of a value")]
    public void The_rest_is_refused_in_the_words_of_the_file(string annotation, string expected) => Refused(() => Read(annotations: annotation), expected);

    [Theory]
    [InlineData("""{"images":{},"annotations":[],"categories":[]}""", "images is not what was expected: a list")]
    [InlineData("[1]", "the file is not what was expected: an object with images, annotations and categories")]
    [InlineData("null", "is null, expected an object with images, annotations and categories")]
    [InlineData("""{"images":[],"annotations":[]}""", "categories: missing, expected an array")]
    [InlineData("""{"images":[{"id":1,"file_name":["a"]}],"annotations":[],"categories":[]}""", "images[0].file_name is a list, expected a text")]
    [InlineData(
        """{"images":[{"id":1,"file_name":"a","width":-8}],"annotations":[],"categories":[]}""", "images[0].width is -8, expected a whole number of pixels")]
    [InlineData(
        """{"images":[{"id":1,"file_name":"a","width":8.5}],"annotations":[],"categories":[]}""", "images[0].width is 8.5, expected a whole number of pixels")]
    [InlineData("""{"images":[],"annotations":[],"categories":[{"id":"x","name":"cat"}]}""", "categories[0].id is 'x', expected a whole number")]
    [InlineData("", "is empty, expected an object")]
    [InlineData(" ", "no valid JSON")]
    public void So_are_files_of_another_form(string json, string expected) => Refused(() => ReadText(json), expected);

    [Fact]
    public void Annotations_without_a_box_or_an_image_are_left_out_and_counted()
    {
        string others = string.Join(",", Enumerable.Range(0, 4).Select(i => $$"""{"image_id":{{9 + i}},"category_id":3,"bbox":[1,1,3,3]}"""));
        var dataset = Read(annotations: $$"""{{Annotation}},{"image_id":1,"category_id":3,"bbox":null},{"image_id":1,"category_id":3,"bbox":[]},{{others}}""");
        Assert.Equal(1, dataset.ObjectCount);
        Assert.Equal(
        [
            "4 annotations of images that are not listed were left out (first: annotations[3] of image 9, annotations[4] of image 10, annotations[5] of " +
            "image 11)",
            "2 annotations without a bbox were left out (first: annotations[1], annotations[2])",
        ], dataset.Warnings);
    }

    private static void Refused(Action read, string expected)
    {
        string message = Assert.Throws<DatasetException>(read).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("coco.json: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePosition", message, StringComparison.Ordinal);
        Assert.DoesNotContain("$.", message, StringComparison.Ordinal);
    }
}
