using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Strategies;

[RegisterSerializer]
internal sealed class StrategyKindCodec : EnumNameCodec<StrategyKind>;

[RegisterSerializer]
internal sealed class TrialStateCodec : EnumNameCodec<TrialState>;
