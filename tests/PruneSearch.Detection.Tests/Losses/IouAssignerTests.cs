using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Losses;

namespace PruneSearch.Tests.Detection.Losses;

public sealed class IouAssignerTests
{
    private static readonly ReferenceBox[] Three = [new(0.25f, 0.25f, 0.5f, 0.5f), new(0.75f, 0.75f, 0.5f, 0.5f), new(0.5f, 0.5f, 1f, 1f)];

    [Fact]
    public void Every_object_gets_its_best_row_even_below_the_threshold() =>
        Assert.Equal(
            [0, 1, Assignment.Background], Assign(Three, new() { Best = BestRows.TakeThatObject }, new(0f, 0f, 0.5f, 0.5f), new(0.6f, 0.6f, 0.7f, 0.7f)));

    [Fact]
    public void No_objects_are_assigned_to_nothing() =>
        Assert.Equal([Assignment.Background], Assign([new(0.5f, 0.5f, 1, 1)], new() { Best = BestRows.TakeTheirOwn }));

    [Fact]
    public void Rows_between_the_thresholds_do_not_count()
    {
        // IoU of the first row .45, of the second .3; the third is the object.
        ReferenceBox[] rows = [new(0.225f, 0.5f, 0.45f, 1), new(0.15f, 0.5f, 0.3f, 1), new(0.5f, 0.5f, 1, 1)];
        Assert.Equal(
            [Assignment.Ignored, Assignment.Background, 0], Assign(rows, new() { Negative = 0.4, Best = BestRows.TakeTheirOwn }, new BoxCorners(0, 0, 1, 1)));
    }

    [Fact]
    public void As_torchvision_does_all_best_rows_of_an_object_take_what_they_overlap_most_themselves()
    {
        // Both rows overlap the small object alike and most; the first overlaps the large one more.
        ReferenceBox[] rows = [new(0.25f, 0.5f, 0.5f, 1), new(0.75f, 0.5f, 0.5f, 1)];
        BoxCorners small = new(0.45f, 0f, 0.55f, 1f), large = new(0f, 0f, 0.2f, 1f);
        Assert.Equal([1, 0], Assign(rows, new() { Positive = 0.9, Negative = 0.8, Best = BestRows.TakeTheirOwn }, small, large));
        Assert.Equal([1, Assignment.Background], Assign(rows, new() { Positive = 0.9, Negative = 0.8, Best = BestRows.TakeThatObject }, small, large));
    }

    private static int[] Assign(ReferenceBox[] references, AssignmentRule.Iou rule, params BoxCorners[] objects)
    {
        int[] rows = new int[references.Length];
        new IouAssigner(references, rule).Assign(objects, rows);
        return rows;
    }
}
