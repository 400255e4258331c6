using Mono.Cecil;
using Mono.Cecil.Cil;

namespace PruneSearch.Architecture.Tests;

/// <summary>
/// Native code never reads a number that the garbage collector may have freed: what becomes a TorchSharp <c>Scalar</c> is kept in a
/// field or a variable, and methods of TorchSharp that make one themselves, and let go of it, are not called.
/// </summary>
public sealed class HeldScalarTests
{
    // Which methods of TorchSharp make a scalar, or call one that does.
    private static readonly Lazy<HashSet<string>> Makers = new(() =>
    {
        using var torch = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll"));
        var calls = torch.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)
            .Select(m => (m.FullName, Operations: m.DeclaringType.FullName.StartsWith("TorchSharp.torch", StringComparison.Ordinal), Calls: Calls(m).ToList()))
            .ToList();
        var found = calls.Where(c => c.Calls.Any(i => MakesScalar(Called(i)))).Select(c => c.FullName).ToHashSet(StringComparer.Ordinal);
        int before;
        do
        {
            before = found.Count;
            found.UnionWith(calls.Where(c => c.Operations && c.Calls.Any(i => found.Contains(Called(i).FullName))).Select(c => c.FullName));
        }
        while (found.Count > before);
        return found;
    });

    [Fact]
    public void TorchSharp_lets_go_of_numbers_where_it_did() => // else these tests look for the wrong methods
        Assert.Subset(Makers.Value.Select(m => m.Split("::")[^1]).ToHashSet(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal)
        {
            "op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", "op_Multiply(TorchSharp.torch/Tensor,System.Double)", "square()",
        });

    [Theory]
    [InlineData("Detection")]
    [InlineData("Pruning")]
    [InlineData("Stages")]
    [InlineData("Cli")]
    [InlineData("Detection.Tests")]
    [InlineData("Pruning.Tests")]
    public void Numbers_live_until_torch_has_read_them(string project)
    {
        bool tests = project.EndsWith(".Tests", StringComparison.Ordinal);
        using var module = ModuleDefinition.ReadModule(tests ? TestsOf(project) : LayerTests.Load(project).Location);
        var freed = module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)
            .SelectMany(m => Calls(m).Where(Frees).Select(i => $"{m.DeclaringType.FullName}.{m.Name} calls {Called(i).FullName}"));
        Assert.Equal("", string.Join('\n', freed)); // TensorArithmetic has methods that hold their number
    }

    private static bool Frees(Instruction call) =>
        MakesScalar(Called(call)) ? !Keeps(call.Next.OpCode) : Makers.Value.Contains(Called(call).FullName);

    private static bool Keeps(OpCode next) => next.Code is Code.Stfld or Code.Stsfld or Code.Stloc or Code.Stloc_S
        or Code.Stloc_0 or Code.Stloc_1 or Code.Stloc_2 or Code.Stloc_3;

    private static bool MakesScalar(MethodReference method) => method.DeclaringType.FullName == "TorchSharp.Scalar" && method.Name == "op_Implicit"
        || method.DeclaringType.FullName == "TorchSharp.ScalarExtensionMethods";

    private static IEnumerable<Instruction> Calls(MethodDefinition method) => method.Body.Instructions.Where(i => i.Operand is MethodReference);

    private static MethodReference Called(Instruction call) => (MethodReference)call.Operand;

    // Tests are not referenced, only built: artifacts/bin/PROJECT/CONFIGURATION.
    private static string TestsOf(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, "PruneSearch." + project, own.Name, $"PruneSearch.{project}.dll");
    }
}
