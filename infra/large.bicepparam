using 'main.bicep'

// A large deployment: three zones, private networking, room for bursts, and every parameter that a busy installation
// would set.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'webhooks-large')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param operatorId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param operatorType = 'Group'

param instanceMemoryMB = 4096
param maximumInstanceCount = 400
param alwaysReadyHttpInstances = 6
param httpConcurrency = 200
param zoneRedundant = true
param privateNetworking = true
param telemetryRetentionDays = 90
param tracesPerSecond = '0.1'
param archiveCoolAfterDays = 0
param archiveDeleteAfterDays = 400
param refusedBurst = 500

param webhooks = {
  Retention: '14.00:00:00'
  MaxBodyBytes: 4194304
  Archive: true
  RetryDelays: ['00:00:10', '00:01:00', '00:05:00', '00:30:00', '02:00:00', '05:00:00', '10:00:00']
}

param keyVault = {
  MaxVersions: 4
  OutageTolerance: '2.00:00:00'
}

param sources = {
  aghanim: {
    Scheme: 'aghanim'
    Secrets: ['aghanim-secret', 'aghanim-secret-next']
    EventTypes: ['item.add', 'item.remove', 'order.paid']
  }
  qitech: {
    Scheme: 'qi-tech'
    Secrets: ['qitech-public-key']
    ClientKey: 'qitech-client-key'
    PublicPath: '/webhooks/qitech'
    BodyHash: 'raw'
  }
  ledger: {
    Scheme: 'custom'
    Secrets: ['ledger-secret']
    Tolerance: '00:10:00'
    ReplayKey: ['/id']
    Signature: {
      Header: 'X-Ledger-Signature'
      Algorithm: 'hmac-sha256'
      Field: 'v1'
      TimestampField: 't'
      Content: '{timestamp}.{body}'
      EventTypePointer: '/kind'
    }
  }
}

param deliveryTests = {
  '622056dce007dc805c741751': {
    ApiKeySecret: 'begini-api-key'
    ReceiverUrl: 'https://example.com/webhook-receiver'
  }
}

param silences = {
  aghanim: 'PT1H'
  qitech: 'P1D'
}
