using System.CommandLine;
using PruneSearch.Benchmarks.Verbs;
using PruneSearch.Detection;

NativeSettings.Apply();

// Measurements whose results stand in docs/benchmarks.md. A verb is a file in Verbs/ and a line here.
return await new RootCommand("Measures parts of PruneSearch.")
{
    TrainVerb.Create(),
    LossVerb.Create(),
    LayersVerb.Create(),
    StructuresVerb.Create(),
    Int8Verb.Create(),
    LoaderVerb.Create(),
    MetricsVerb.Create(),
    PruneVerb.Create(),
    AccuracyVerb.Create(),
    CopiesVerb.Create(),
    CostsVerb.Create(),
    BudgetVerb.Create(),
    RecordVerb.Create(),
}.Parse(args).InvokeAsync().ConfigureAwait(false);
