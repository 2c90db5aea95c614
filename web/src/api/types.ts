/** The words of the HTTP API, by the names that the pages use. All are made from the desk's OpenAPI document. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Side = Schemas["Side"];
export type OrderType = Schemas["OrderType"];
export type TimeInForce = Schemas["TimeInForce"];
export type SizingBy = Schemas["SizingBy"];
export type Policy = Schemas["Policy"];
export type Role = Schemas["Role"];
export type Session = Schemas["Session"];
export type Workspace = Schemas["WorkspaceRole"];
export type SessionRow = Schemas["SessionEntry"];
export type ApiKey = Schemas["ApiKey"];
export type NewApiKey = Schemas["NewApiKey"];
export type IssuedApiKey = Schemas["IssuedApiKey"];
export type User = Schemas["UserEntry"];
export type NewUser = Schemas["NewUser"];
export type ApiKeyScope = Schemas["KeyScope"];

export type LimitMeter = Schemas["LimitMeter"];
export type ScopeState = Schemas["StateView"];
export type Scope = Schemas["ScopeBody"];
export type HaltRequest = Schemas["Halt"];
export type AccountSummary = Schemas["AccountSummary"];
export type AccountDetail = Schemas["AccountDetail"];
export type NewAccount = Schemas["NewAccount"];
export type Limits = Schemas["Limits"];

export type LimitsChange = Schemas["LimitsChange"];
export type LimitsCatalog = Schemas["LimitsCatalog"];
export type LimitsEntry = Schemas["LimitsEntry"];
export type LimitsHistory = Schemas["LimitsHistory"];
export type CatalogEntry = Schemas["CatalogEntry"];
export type ScopeType = Schemas["ScopeType"];
export type RiskStatus = Schemas["RiskStatus"];
export type SizeRequest = Schemas["SizeRequest"];
export type EdgeRequest = Schemas["EdgeRequest"];
export type EdgeAnswer = Schemas["EdgeAnswer"];
export type StressRequest = Schemas["StressRequest"];
export type Scenario = Schemas["ScenarioView"];
export type SizeAnswer = Schemas["SizeAnswer"];
export type GreeksOfOptions = Schemas["GreeksView"];
export type OptionRisk = Schemas["OptionRisk"];
export type ReleaseCalendar = Schemas["ReleaseCalendarView"];
export type ReleaseText = Schemas["ReleaseText"];
export type PortfolioRisk = Schemas["PortfolioView"];
export type AccountRisk = Schemas["AccountRisk"];
export type RiskMeter = Schemas["RiskMeter"];
export type SquareOff = Schemas["SquareOffView"];
export type SquareOffRequest = Schemas["SquareOff"];
export type Violation = Schemas["ViolationView"];
export type Funded = Schemas["Funded"];
export type FundedDetail = Schemas["FundedDetail"];
export type Rulebook = Schemas["RulebookView"];
export type RulebookRule = Schemas["RulebookRule"];
export type RulebookList = Schemas["RulebookList"];

export type Overview = Schemas["Overview"];
export type Feed = Schemas["FeedView"];
export type Instrument = Schemas["Instrument"];
export type Quote = Schemas["Quote"];
export type Bar = Schemas["Bar"];
export type BarSeconds = Schemas["BarSeconds"];

export type Check = Schemas["Check"];
export type Terms = Schemas["TermsView"];
export type TermsRequest = Schemas["TermsBody"];
export type Protection = Schemas["ProtectionBody"];
export type IntentRequest = Schemas["IntentRequest"];
export type AllocationPreview = Schemas["PreviewLine"];
export type Preview = Schemas["Preview"];
export type MarginAnswer = Schemas["MarginAnswer"];
export type MarginLine = Schemas["MarginLine"];
export type IntentReceipt = Schemas["IntentReceipt"];
export type IntentSummary = Schemas["IntentSummary"];
export type IntentDetail = Schemas["IntentDetail"];
export type Stage = Schemas["StageView"];
export type Order = Schemas["Order"];
export type Candidate = Schemas["Candidate"];
export type ChildOrder = Schemas["OrderDetail"];
export type Replacement = Schemas["Replace"];
export type Fill = Schemas["Fill"];
export type Position = Schemas["Position"];

export type Member = Schemas["MemberBody"];
export type GroupRequest = Schemas["GroupBody"];
export type Group = Schemas["Group"];

export type Strategy = Schemas["Strategy"];
export type NewStrategy = Schemas["NewStrategy"];
export type StrategyChange = Schemas["StrategyChange"];
export type IssuedStrategy = Schemas["IssuedStrategy"];
export type IssuedToken = Schemas["IssuedToken"];
export type AlertRecord = Schemas["AlertEntry"];
export type AlertTest = Schemas["AlertTrial"];

export type StrategyFile = Schemas["StrategyFileView"];
export type StrategyVersion = Schemas["VersionView"];
export type StrategyDetail = Schemas["VersionDetail"];
export type StrategyTemplate = Schemas["TemplateView"];
export type Validation = Schemas["ValidationView"];
export type Finding = Schemas["FindingView"];
export type Outline = Schemas["OutlineView"];
export type Parameter = Schemas["ParameterView"];

export type Run = Schemas["Run"];
export type RunDetail = Schemas["RunDetail"];
export type RunRequest = Schemas["RunBody"];
export type RunSettings = Schemas["RunSettingsView"];
export type Series = Schemas["SeriesView"];
export type RunResult = Schemas["ResultView"];
export type ResultFigure = Schemas["FigureView"];
export type SweepResult = Schemas["SweepView"];
export type RoundTrip = Schemas["TripView"];
export type RoundTrips = Schemas["TripList"];
export type RunBars = Schemas["RunBars"];
export type SurvivalOdds = Schemas["SurvivalView"];
export type SurvivalShare = Schemas["ShareView"];
export type Comparison = Schemas["Comparison"];

export type JournalEntry = Schemas["JournalEntry"];

/** A part of a list. */
export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

export type Broker = Schemas["BrokerView"];
export type Connection = Schemas["ConnectionView"];
export type InstrumentSearch = Schemas["SearchView"];
export type FoundInstrument = Schemas["FoundView"];
export type OptionExpiries = Schemas["ExpiriesView"];
export type OptionChain = Schemas["ChainView"];
export type ChainRow = Schemas["ChainRowView"];
export type ChainOption = Schemas["ChainOptionView"];
export type Login = Schemas["LoginView"];
export type CredentialRequest = Schemas["CredentialBody"];
export type ConnectRequest = Schemas["ConnectBody"];
export type ProbedAccount = Schemas["ProbeView"];
