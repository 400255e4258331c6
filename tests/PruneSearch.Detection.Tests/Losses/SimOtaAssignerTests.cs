using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Losses;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Losses;

public sealed class SimOtaAssignerTests
{
    private const int Size = 64;
    private static readonly DetectorModel Model = DetectorCatalog.Build(YoloxFamily.Spec(["a", "b"], inputSize: Size)); // 64 + 16 + 4 rows

    [Fact]
    public void Rows_whose_cell_is_near_the_centre_and_whose_box_fits_best_answer()
    {
        // The object is cell (3, 4) of the finest level; only that row predicts it.
        var answers = new Answers();
        answers.Predict(3 * 8 + 4, Box(3 * 8, 4 * 8, 8, 8));

        var assignment = Assign(answers, Image((0, Box(3 * 8, 4 * 8, 8, 8))));

        Assert.Equal([3 * 8 + 4], Assigned(assignment));
        Assert.Equal(1, assignment.Overlaps![3 * 8 + 4], 1e-4);
    }

    [Fact]
    public void As_many_rows_answer_as_the_overlaps_of_the_best_sum_up_to()
    {
        var answers = new Answers();
        var box = Box(20, 20, 24, 24);
        foreach (int row in (int[])[27, 28, 35, 36]) // the four fine cells around (32, 32)
        {
            answers.Predict(row, box);
        }

        Assert.Equal([27, 28, 35, 36], Assigned(Assign(answers, Image((0, box)))));
    }

    [Fact]
    public void A_row_that_two_objects_want_takes_the_cheaper()
    {
        var box = Box(20, 20, 24, 24);
        var answers = new Answers();
        answers.Predict(27, box, @class: 1);

        var assignment = Assign(answers, Image((0, box), (1, box)));

        Assert.Equal(1, assignment.Objects[27]);
    }

    [Fact]
    public void Pictures_without_objects_are_background() =>
        Assert.All(Assign(new Answers(), Image()).Objects, o => Assert.Equal(Assignment.Background, o));

    [Fact]
    public void Pictures_of_a_batch_do_not_see_each_other()
    {
        var answers = new Answers();
        answers.Predict(27, Box(20, 20, 24, 24));
        var other = new Answers();
        other.Predict(4, Box(0, 32, 8, 8));
        BatchImage first = Image((0, Box(20, 20, 24, 24))), second = Image((1, Box(0, 32, 8, 8)));

        using var scope = NewDisposeScope();
        var both = new SimOtaAssigner(Model, Rule).Assign(Answers.Outputs(answers, other), [first, second]);

        Assert.Equal(Assign(answers, first).Objects, both.Objects[..84]);
        Assert.Equal(Assign(other, second).Objects, both.Objects[84..]);
    }

    [Fact]
    public void Other_scores_are_refused() => Assert.Throws<ArgumentException>(() => new SimOtaAssigner(Some.SmallDetector(out _), Rule));

    private static AssignmentRule.SimOta Rule => (AssignmentRule.SimOta)Model.Training.Assignment;

    private static Assignment Assign(Answers answers, BatchImage image)
    {
        using var scope = NewDisposeScope();
        return new SimOtaAssigner(Model, Rule).Assign(Answers.Outputs(answers), [image]);
    }

    private static int[] Assigned(Assignment assignment) => [.. Enumerable.Range(0, assignment.Objects.Length).Where(i => assignment.Objects[i] >= 0)];

    private static BoxCorners Box(float top, float left, float height, float width) =>
        new(top / Size, left / Size, (top + height) / Size, (left + width) / Size);

    private static BatchImage Image(params (int Class, BoxCorners Box)[] objects) =>
        new()
        {
            SampleIndex = 0,
            ImageId = 1,
            Width = Size,
            Height = Size,
            Boxes = [.. objects.Select(o => o.Box)],
            Classes = [.. objects.Select(o => o.Class)],
        };

    /// <summary>Outputs of a picture: nothing is anywhere but where it is said.</summary>
    private sealed class Answers
    {
        private readonly float[] _boxes = new float[84 * 4], _classes = new float[84 * 2], _objectness = new float[84];

        public Answers()
        {
            Array.Fill(_classes, -5);
            Array.Fill(_objectness, -5);
            for (int i = 0; i < 84; i++)
            {
                (_boxes[i * 4 + 2], _boxes[i * 4 + 3]) = (-6, -6); // a box of hardly any size
            }
        }

        public void Predict(int row, BoxCorners box, int @class = 0)
        {
            new BoxCoder(Model.BoxCode).Encode(box, Model.References[row], _boxes.AsSpan(row * 4, 4));
            (_classes[row * 2 + @class], _objectness[row]) = (5, 5);
        }

        public static Dictionary<string, Tensor> Outputs(params Answers[] pictures) => new()
        {
            [DetectorModel.BoxesOutput] = tensor(pictures.SelectMany(p => p._boxes).ToArray(), [pictures.Length, 84, 4]),
            [DetectorModel.ClassesOutput] = tensor(pictures.SelectMany(p => p._classes).ToArray(), [pictures.Length, 84, 2]),
            [DetectorModel.ObjectnessOutput] = tensor(pictures.SelectMany(p => p._objectness).ToArray(), [pictures.Length, 84, 1]),
        };
    }
}
